package dev.muster.server.telemetry;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.muster.server.platform.OrganizationId;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// What devices say again and again, stored once: it is most of a heartbeat and seldom changes.
///
/// A node remembers which it has stored on the same day; only others cost a write.
final class Details {
  private static final int MOST_KNOWN = 200_000;

  /// One that has to be written.
  record Fresh(OrganizationId organization, Heartbeat.Detail detail, LocalDate usedOn) {}

  private record Key(OrganizationId organization, UUID id) {}

  private final Cache<Key, LocalDate> known = Caffeine.newBuilder().maximumSize(MOST_KNOWN).build();

  /// Those of the heartbeats that this node has not stored today. To be stored in the transaction
  /// that stores the heartbeats, and [remembered][#remember] when it has committed.
  List<Fresh> fresh(List<Ingest.Entry> entries) {
    Map<Key, Fresh> fresh = new HashMap<>();
    for (Ingest.Entry entry : entries) {
      for (Heartbeat heartbeat : entry.heartbeats()) {
        LocalDate day = day(heartbeat.receivedAt());
        Key key = new Key(heartbeat.organization(), heartbeat.detail().id());
        if (!day.equals(known.getIfPresent(key))) {
          fresh.put(key, new Fresh(heartbeat.organization(), heartbeat.detail(), day));
        }
      }
    }
    return List.copyOf(fresh.values());
  }

  static void store(Handle handle, List<Fresh> fresh) {
    if (!fresh.isEmpty()) {
      DetailStore.store(handle, fresh);
    }
  }

  void remember(List<Fresh> stored) {
    stored.forEach(
        detail -> known.put(new Key(detail.organization(), detail.detail().id()), detail.usedOn()));
  }

  private static LocalDate day(Instant time) {
    return LocalDate.ofEpochDay(Math.floorDiv(time.getEpochSecond(), 86_400L));
  }
}
