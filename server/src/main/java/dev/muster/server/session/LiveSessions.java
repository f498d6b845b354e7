package dev.muster.server.session;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// Which sessions have not ended, remembered for [#REMEMBERED] at most and forgotten on every node
/// as soon as they end. So an access token dies with its session: at once on the node that ends it,
/// on the others when they hear of it, and everywhere after [#REMEMBERED].
@Singleton
public class LiveSessions {
  static final Duration REMEMBERED = Duration.ofSeconds(10);
  static final String TOPIC = "session.ended";
  private static final int MOST = 100_000;
  private static final int IDS_A_MESSAGE = 150;

  private record Key(OrganizationId organization, UUID session) {}

  private record Remembered(boolean live, Instant until) {}

  private final Database database;
  private final InstantSource clock;
  private final Broadcast broadcast;
  private final Cache<Key, Remembered> sessions = Caffeine.newBuilder().maximumSize(MOST).build();

  public LiveSessions(Database database, InstantSource clock, Broadcast broadcast) {
    this.database = database;
    this.clock = clock;
    this.broadcast = broadcast;
    broadcast.listen(TOPIC, this::forget);
    broadcast.onReset(sessions::invalidateAll);
  }

  boolean contains(OrganizationId organization, SessionId session) {
    Key key = new Key(organization, session.value());
    Instant now = clock.instant();
    Remembered known = sessions.getIfPresent(key);
    if (known == null || !now.isBefore(known.until())) {
      known =
          sessions
              .asMap()
              .compute(
                  key,
                  (_, other) ->
                      other != null && now.isBefore(other.until()) ? other : read(key, now));
    }
    return known.live();
  }

  /// Forgets sessions that end in the transaction of `handle`, after its commit: on this node
  /// before the commit is reported, on the others by a broadcast. A read that began before the
  /// commit is waited for, and forgotten too.
  void forgetAfterCommit(Handle handle, OrganizationId organization, List<SessionId> ended) {
    if (ended.isEmpty()) {
      return;
    }
    handle.afterCommit(() -> {
      ended.forEach(session -> forget(new Key(organization, session.value())));
      for (int i = 0; i < ended.size(); i += IDS_A_MESSAGE) {
        broadcast.send(
            TOPIC,
            message(organization, ended.subList(i, Math.min(ended.size(), i + IDS_A_MESSAGE))));
      }
    });
  }

  private static String message(OrganizationId organization, List<SessionId> ended) {
    StringBuilder message = new StringBuilder(organization.toString());
    ended.forEach(session -> message.append(' ').append(session));
    return message.toString();
  }

  private void forget(String message) {
    List<UUID> ids =
        List.of(message.split(" ", -1)).stream().flatMap(id -> Ids.parse(id).stream()).toList();
    if (!ids.isEmpty()) {
      OrganizationId organization = new OrganizationId(ids.getFirst());
      ids.stream().skip(1).forEach(session -> forget(new Key(organization, session)));
    }
  }

  private void forget(Key key) {
    sessions.asMap().remove(key);
  }

  private Remembered read(Key key, Instant now) {
    boolean live =
        database.in(
            key.organization(),
            handle ->
                SessionStore.isLive(handle, key.organization(), new SessionId(key.session())));
    return new Remembered(live, now.plus(REMEMBERED));
  }
}
