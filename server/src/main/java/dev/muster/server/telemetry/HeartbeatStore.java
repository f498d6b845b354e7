package dev.muster.server.telemetry;

import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.OrganizationId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jspecify.annotations.Nullable;

/// The SQL that stores heartbeats.
final class HeartbeatStore {
  /// @param duplicates those that history had already: of their bucket, or taken at the same time
  record Counts(int stored, int duplicates) {}

  /// What a transaction has stored.
  ///
  /// @param newest of each device, as far as it is newer than what was known
  /// @param first those of them whose devices were never heard before
  record Stored(
      List<Heartbeat> newest,
      List<Heartbeat> first,
      Counts total,
      Map<Ingest.Answer, Counts> late) {
    Counts of(Ingest.Entry entry) {
      return late.getOrDefault(entry.answer(), ONE);
    }
  }

  private static final Counts ONE = new Counts(1, 0);

  private static final Comparator<Heartbeat> BY_KEY =
      Comparator.<Heartbeat, UUID>comparing(h -> h.organization().value(), HeartbeatStore::compare)
          .thenComparing(h -> h.device().value(), HeartbeatStore::compare)
          .thenComparing(Heartbeat::bucket);

  private record Key(OrganizationId organization, DeviceId device) {
    static Key of(Heartbeat heartbeat) {
      return new Key(heartbeat.organization(), heartbeat.device());
    }
  }

  private static final String READINGS =
      """
      battery_pct, charging, battery_celsius, uptime_seconds, memory_total_mb, memory_available_mb,
      memory_pressure_pct, transport, app_version, os_version, app_running, rest\
      """;

  /// Rows as the tables have them, from arrays, which are much faster to bind than rows.
  private static final String INCOMING =
      """
      (select organization_id, device_id, to_timestamp(bucket) as bucket,
        timestamptz 'epoch' + taken_at * interval '1 microsecond' as taken_at,
        timestamptz 'epoch' + received_at * interval '1 microsecond' as received_at,
        timestamptz 'epoch' + seen_at * interval '1 microsecond' as seen_at,
        battery_pct, charging, battery_celsius, uptime_seconds, memory_total_mb, memory_available_mb,
        memory_pressure_pct, transport, app_version, os_version, app_running, cast(rest as jsonb) as rest
      from unnest(:organizations, :devices, :buckets, :taken, :received, :seen, :batteryPct, :charging, :celsius,
          :uptime, :totalMb, :availableMb, :pressure, :transport, :appVersion, :osVersion, :appRunning, :rest)
        as i (organization_id, device_id, bucket, taken_at, received_at, seen_at, battery_pct, charging,
          battery_celsius, uptime_seconds, memory_total_mb, memory_available_mb, memory_pressure_pct,
          transport, app_version, os_version, app_running, rest)) n
      """;

  private static final String INSERT_HISTORY =
      "insert into telemetry.heartbeat (organization_id, device_id, bucket, taken_at, received_at, "
          + READINGS
          + ") select organization_id, device_id, bucket, taken_at, received_at, "
          + READINGS
          + " from "
          + INCOMING;

  /// The same for what may have been sent before: it is known by when it was taken, though it may
  /// stand in another bucket, because it was sent at once then.
  private static final String INSERT_LATE =
      INSERT_HISTORY
          + """
          where not exists (
            select from telemetry.heartbeat h
            where h.organization_id = n.organization_id and h.device_id = n.device_id
              and h.bucket between n.taken_at - interval '30 minutes' and n.taken_at + interval '30 minutes'
              and h.taken_at = n.taken_at)
          """;

  private static final String UNLESS_THERE = " on conflict do nothing";

  private static final String UPSERT =
      "insert into telemetry.last_status as s (organization_id, device_id, seen_at, taken_at, "
          + READINGS
          + ") select organization_id, device_id, seen_at, taken_at, "
          + READINGS
          + " from "
          + INCOMING
          + """
          on conflict (organization_id, device_id) do update
          set seen_at = excluded.seen_at, taken_at = excluded.taken_at, battery_pct = excluded.battery_pct,
            charging = excluded.charging, battery_celsius = excluded.battery_celsius,
            uptime_seconds = excluded.uptime_seconds, memory_total_mb = excluded.memory_total_mb,
            memory_available_mb = excluded.memory_available_mb,
            memory_pressure_pct = excluded.memory_pressure_pct, transport = excluded.transport,
            app_version = excluded.app_version, os_version = excluded.os_version,
            app_running = excluded.app_running, rest = excluded.rest
          where excluded.seen_at >= s.seen_at
          returning s.organization_id, s.device_id, s.xmax = 0
          """;

  private HeartbeatStore() {}

  /// UUIDs as PostgreSQL orders them; Java compares their halves as signed numbers.
  private static int compare(UUID one, UUID other) {
    int high = Long.compareUnsigned(one.getMostSignificantBits(), other.getMostSignificantBits());
    return high != 0
        ? high
        : Long.compareUnsigned(one.getLeastSignificantBits(), other.getLeastSignificantBits());
  }

  /// Stores the heartbeats in history and in the last status of their devices, each in the order of
  /// the keys, so that two nodes cannot wait for each other.
  static Stored write(Handle handle, Collection<Ingest.Entry> entries) {
    List<Heartbeat> live = new ArrayList<>(entries.size());
    List<Ingest.Entry> late = new ArrayList<>();
    Map<Key, Heartbeat> newest = new HashMap<>(2 * entries.size());
    for (Ingest.Entry entry : entries) {
      if (entry.late()) {
        late.add(entry);
      } else {
        live.addAll(entry.heartbeats());
      }
      for (Heartbeat heartbeat : entry.heartbeats()) {
        newest.merge(
            Key.of(heartbeat),
            heartbeat,
            (one, other) -> seenAt(other).isBefore(seenAt(one)) ? one : other);
      }
    }
    live.sort(BY_KEY);
    int stored = live.isEmpty() ? 0 : insert(handle, live);
    int duplicates = live.size() - stored;
    Map<Ingest.Answer, Counts> counted = insertLate(handle, late);
    for (Counts counts : counted.values()) {
      stored += counts.stored();
      duplicates += counts.duplicates();
    }
    List<Heartbeat> ordered = new ArrayList<>(newest.values());
    ordered.sort(BY_KEY);
    Map<Key, Boolean> moved = upsert(handle, ordered);
    List<Heartbeat> newer = new ArrayList<>(ordered.size());
    List<Heartbeat> first = new ArrayList<>();
    for (Heartbeat heartbeat : ordered) {
      Boolean isFirst = moved.get(Key.of(heartbeat));
      if (isFirst != null) {
        newer.add(heartbeat);
        if (isFirst) {
          first.add(heartbeat);
        }
      }
    }
    return new Stored(newer, first, new Counts(stored, duplicates), counted);
  }

  /// When the device was last heard by what this says: one that was sent later speaks of then.
  private static Instant seenAt(Heartbeat heartbeat) {
    Instant bucketEnd = heartbeat.bucket().plus(HeartbeatDraft.BUCKET);
    return heartbeat.receivedAt().isBefore(bucketEnd)
        ? heartbeat.receivedAt()
        : heartbeat.takenAt();
  }

  private static int insert(Handle handle, List<Heartbeat> heartbeats) {
    return bound(handle.createUpdate(INSERT_HISTORY + UNLESS_THERE), heartbeats).execute();
  }

  private static Map<Ingest.Answer, Counts> insertLate(Handle handle, List<Ingest.Entry> late) {
    Map<Ingest.Answer, Counts> counts = new HashMap<>();
    for (Ingest.Entry entry : late) {
      List<Heartbeat> ordered = new ArrayList<>(entry.heartbeats());
      ordered.sort(BY_KEY);
      int stored = bound(handle.createUpdate(INSERT_LATE + UNLESS_THERE), ordered).execute();
      counts.put(entry.answer(), new Counts(stored, ordered.size() - stored));
    }
    return counts;
  }

  /// The devices whose last status is now this one, and whether they had none before.
  private static Map<Key, Boolean> upsert(Handle handle, List<Heartbeat> newest) {
    Map<Key, Boolean> moved = new HashMap<>(2 * newest.size());
    bound(handle.createQuery(UPSERT), newest)
        .map((row, _) ->
            Map.entry(
                new Key(
                    new OrganizationId(row.getObject(1, UUID.class)),
                    new DeviceId(row.getObject(2, UUID.class))),
                row.getBoolean(3)))
        .forEach(entry -> moved.put(entry.getKey(), entry.getValue()));
    return moved;
  }

  private static <S extends SqlStatement<S>> S bound(S statement, List<Heartbeat> heartbeats) {
    return statement
        .bindArray("organizations", UUID.class, of(heartbeats, h -> h.organization().value()))
        .bindArray("devices", UUID.class, of(heartbeats, h -> h.device().value()))
        .bindArray("buckets", Long.class, of(heartbeats, h -> h.bucket().getEpochSecond()))
        .bindArray("taken", Long.class, of(heartbeats, h -> micros(h.takenAt())))
        .bindArray("received", Long.class, of(heartbeats, h -> micros(h.receivedAt())))
        .bindArray("seen", Long.class, of(heartbeats, h -> micros(seenAt(h))))
        .bindArray(
            "batteryPct", Integer.class, of(heartbeats, h -> h.readings().power().batteryPct()))
        .bindArray("charging", Boolean.class, of(heartbeats, h -> h.readings().power().charging()))
        .bindArray("celsius", Float.class, of(heartbeats, h -> h.readings().power().celsius()))
        .bindArray("uptime", Long.class, of(heartbeats, h -> h.readings().uptimeSeconds()))
        .bindArray("totalMb", Integer.class, of(heartbeats, h -> h.readings().memory().totalMb()))
        .bindArray(
            "availableMb", Integer.class, of(heartbeats, h -> h.readings().memory().availableMb()))
        .bindArray(
            "pressure", Float.class, of(heartbeats, h -> h.readings().memory().pressurePct()))
        .bindArray("transport", String.class, of(heartbeats, h -> h.readings().transport()))
        .bindArray("appVersion", String.class, of(heartbeats, h -> h.readings().appVersion()))
        .bindArray("osVersion", String.class, of(heartbeats, h -> h.readings().osVersion()))
        .bindArray("appRunning", Boolean.class, of(heartbeats, h -> h.readings().appRunning()))
        .bindArray("rest", String.class, of(heartbeats, Heartbeat::rest));
  }

  private static long micros(Instant time) {
    return time.getEpochSecond() * 1_000_000 + time.getNano() / 1_000;
  }

  private static <T extends @Nullable Object> Object[] of(
      List<Heartbeat> heartbeats, Function<Heartbeat, T> column) {
    Object[] values = new Object[heartbeats.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = column.apply(heartbeats.get(i));
    }
    return values;
  }
}
