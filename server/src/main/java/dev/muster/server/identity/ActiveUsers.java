package dev.muster.server.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.muster.server.organization.Organization;
import dev.muster.server.organization.Organizations;
import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// What each user who calls may do, as the database says, remembered for [#REMEMBERED] at most and
/// forgotten on every node as soon as the user is changed.
@Singleton
public final class ActiveUsers {
  static final Duration REMEMBERED = Duration.ofSeconds(10);
  private static final int MOST = 10_000;
  private static final String TOPIC = "user";

  private record Key(OrganizationId organization, UserId user) {}

  private final Database database;
  private final Organizations organizations;
  private final Broadcast broadcast;
  private final Cache<Key, Caller.Person> callers =
      Caffeine.newBuilder().maximumSize(MOST).expireAfterWrite(REMEMBERED).build();

  public ActiveUsers(Database database, Organizations organizations, Broadcast broadcast) {
    this.database = database;
    this.organizations = organizations;
    this.broadcast = broadcast;
    broadcast.listen(TOPIC, this::forget);
    broadcast.onReset(callers::invalidateAll);
  }

  /// The user as a caller; absent when there is no such user or the user is not active.
  public Optional<Caller.Person> caller(OrganizationId organization, UserId user) {
    return Optional.ofNullable(callers.get(new Key(organization, user), this::read));
  }

  /// Forgets the user after the commit of `handle`: on this node before the commit is reported, on
  /// the others by a broadcast. A read that began before the commit is waited for, and forgotten
  /// too.
  void forgetAfterCommit(Handle handle, OrganizationId organization, UserId user) {
    handle.afterCommit(() -> {
      forget(new Key(organization, user));
      broadcast.send(TOPIC, organization + " " + user);
    });
  }

  private void forget(String payload) {
    String[] ids = payload.split(" ", -1);
    if (ids.length == 2) {
      Ids.parse(ids[0])
          .ifPresent(organization ->
              Ids.parse(ids[1])
                  .ifPresent(
                      user -> forget(new Key(new OrganizationId(organization), new UserId(user)))));
    }
  }

  private void forget(Key key) {
    callers.asMap().remove(key);
  }

  private Caller.@Nullable Person read(Key key) {
    boolean home = organizations.find(key.organization()).map(Organization::home).orElse(false);
    return database
        .in(key.organization(), handle -> UserStore.find(handle, key.organization(), key.user()))
        .filter(User::active)
        .map(user ->
            new Caller.Person(user.organization(), user.id().value(), user.role(), home, false))
        .orElse(null);
  }
}
