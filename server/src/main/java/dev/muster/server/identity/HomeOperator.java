package dev.muster.server.identity;

import dev.muster.server.organization.Organizations;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Role;
import dev.muster.server.web.OpenMode;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// In open mode a caller without a credential acts as the first active admin of the home
/// organization: a row like any other, so that what is written down names somebody.
@Singleton
public final class HomeOperator implements OpenMode {
  private final Database database;
  private final Organizations organizations;
  private final ActiveUsers activeUsers;
  private volatile @Nullable User last;

  public HomeOperator(Database database, Organizations organizations, ActiveUsers activeUsers) {
    this.database = database;
    this.organizations = organizations;
    this.activeUsers = activeUsers;
  }

  @Override
  public Caller operator() {
    return remembered()
        .or(this::read)
        .map(person ->
            new Caller.Person(
                person.organization(), person.userId(), person.role(), person.home(), true))
        .orElseThrow(() ->
            Refusal.unavailable(
                "The server has no organization yet; try again.", Duration.ofSeconds(1), null));
  }

  /// Who it was the last time, if they still are an admin.
  private Optional<Caller.Person> remembered() {
    User user = last;
    return user == null
        ? Optional.empty()
        : activeUsers
            .caller(user.organization(), user.id())
            .filter(person -> person.role() == Role.ADMIN);
  }

  private Optional<Caller.Person> read() {
    return organizations
        .home()
        .flatMap(home ->
            database.in(home.id(), handle -> UserStore.findFirstActiveAdmin(handle, home.id())))
        .flatMap(user -> {
          last = user;
          return activeUsers.caller(user.organization(), user.id());
        });
  }
}
