package dev.muster.server.telemetry;

import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.OrganizationId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.argument.Argument;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jspecify.annotations.Nullable;

/// The SQL that stores heartbeats.
final class HeartbeatStore {
  /// @param duplicates those that history had already: of their bucket, or taken at the same time
  record Counts(int stored, int duplicates) {
    Counts plus(Counts other) {
      return new Counts(stored + other.stored, duplicates + other.duplicates);
    }
  }

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
      memory_pressure_pct, transport, app_version, os_version, app_running, rest, detail\
      """;

  /// Rows as the tables have them, from arrays, which are much faster to bind than rows.
  private static final String INCOMING =
      """
      select organization_id, device_id, to_timestamp(bucket) as bucket,
        timestamptz 'epoch' + taken_at * interval '1 microsecond' as taken_at,
        timestamptz 'epoch' + received_at * interval '1 microsecond' as received_at,
        timestamptz 'epoch' + seen_at * interval '1 microsecond' as seen_at,
        battery_pct, charging, battery_celsius, uptime_seconds, memory_total_mb, memory_available_mb,
        memory_pressure_pct, transport, app_version, os_version, app_running, cast(rest as jsonb) as rest, detail,
        live, newest
      from unnest(:organizations, :devices, :buckets, :taken, :received, :seen, :batteryPct, :charging, :celsius,
          :uptime, :totalMb, :availableMb, :pressure, :transport, :appVersion, :osVersion, :appRunning, :rest,
          :details, :live, :newest)
        as i (organization_id, device_id, bucket, taken_at, received_at, seen_at, battery_pct, charging,
          battery_celsius, uptime_seconds, memory_total_mb, memory_available_mb, memory_pressure_pct,
          transport, app_version, os_version, app_running, rest, detail, live, newest)
      """;

  private static final String INSERT_HISTORY =
      "insert into telemetry.heartbeat (organization_id, device_id, bucket, taken_at, received_at, "
          + READINGS
          + ") select organization_id, device_id, bucket, taken_at, received_at, "
          + READINGS
          + " from incoming n where live";

  /// For what may have been sent before: it is known by when it was taken, though it may stand in
  /// another bucket, that of its receipt. Looked for are the buckets within two minutes of when it
  /// was taken, and those by as much later as the device's clock was behind when it was last heard.
  private static final String INSERT_LATE =
      "with incoming as ("
          + INCOMING
          + ") "
          + INSERT_HISTORY
          + """
           and not exists (
            select from telemetry.last_status s
            where s.organization_id = n.organization_id and s.device_id = n.device_id and s.taken_at = n.taken_at)
          and not exists (
            select from (values (interval '0'), (coalesce((
                select s.seen_at - s.taken_at from telemetry.last_status s
                where s.organization_id = n.organization_id and s.device_id = n.device_id), interval '0')))
              as clock (behind),
              generate_series(
                date_bin('10 s', n.taken_at + clock.behind - interval '20 s', 'epoch'),
                n.taken_at + clock.behind + interval '100 s', interval '10 s') as sent (bucket)
            join telemetry.heartbeat h
              on h.organization_id = n.organization_id and h.device_id = n.device_id and h.bucket = sent.bucket
            where h.taken_at = n.taken_at)
          on conflict do nothing
          """;

  /// History first, whole, then last statuses: whoever waits for a row does so in the same order as
  /// everybody else.
  private static final String WRITE =
      "with incoming as materialized ("
          + INCOMING
          + "), history as ("
          + INSERT_HISTORY
          + " on conflict do nothing returning 1"
          + "), done as materialized (select count(*) as stored from history"
          + "), status as (insert into telemetry.last_status as s (organization_id, device_id, seen_at, taken_at, "
          + READINGS
          + ") select organization_id, device_id, seen_at, taken_at, "
          + READINGS
          + """
           from done, incoming where newest
            on conflict (organization_id, device_id) do update
            set seen_at = excluded.seen_at, taken_at = excluded.taken_at, battery_pct = excluded.battery_pct,
              charging = excluded.charging, battery_celsius = excluded.battery_celsius,
              uptime_seconds = excluded.uptime_seconds, memory_total_mb = excluded.memory_total_mb,
              memory_available_mb = excluded.memory_available_mb,
              memory_pressure_pct = excluded.memory_pressure_pct, transport = excluded.transport,
              app_version = excluded.app_version, os_version = excluded.os_version,
              app_running = excluded.app_running, rest = excluded.rest, detail = excluded.detail
            where excluded.seen_at >= s.seen_at
            returning s.organization_id, s.device_id, s.xmax = 0 as is_first)
          select stored, organization_id, device_id, is_first from done left join status on true
          """;

  private HeartbeatStore() {}

  /// UUIDs as PostgreSQL orders them; Java compares their halves as signed numbers.
  private static int compare(UUID one, UUID other) {
    int high = Long.compareUnsigned(one.getMostSignificantBits(), other.getMostSignificantBits());
    return high != 0
        ? high
        : Long.compareUnsigned(one.getLeastSignificantBits(), other.getLeastSignificantBits());
  }

  /// A heartbeat on its way into the tables.
  ///
  /// @param live whether it goes into history now
  /// @param newest whether it is what is known last of its device
  private record Row(Heartbeat heartbeat, boolean live, boolean newest) {}

  private static final Comparator<Row> BY_ROW = Comparator.comparing(Row::heartbeat, BY_KEY);

  /// Stores the heartbeats in history and in the last status of their devices, each in the order of
  /// the keys, so that two nodes cannot wait for each other.
  static Stored write(Handle handle, Collection<Ingest.Entry> entries) {
    Map<Key, Heartbeat> newest = new HashMap<>(2 * entries.size());
    for (Ingest.Entry entry : entries) {
      for (Heartbeat heartbeat : entry.heartbeats()) {
        newest.merge(
            Key.of(heartbeat),
            heartbeat,
            (one, other) -> other.seenAt().isBefore(one.seenAt()) ? one : other);
      }
    }
    List<Row> rows = new ArrayList<>(entries.size());
    List<Ingest.Entry> late = new ArrayList<>();
    Set<Key> placed = new HashSet<>(2 * newest.size());
    int live = 0;
    for (Ingest.Entry entry : entries) {
      for (Heartbeat heartbeat : entry.heartbeats()) {
        Key key = Key.of(heartbeat);
        boolean isNewest = heartbeat.equals(newest.get(key)) && placed.add(key);
        if (isNewest || !entry.late()) {
          rows.add(new Row(heartbeat, !entry.late(), isNewest));
        }
      }
      if (entry.late()) {
        late.add(entry);
      } else {
        live += entry.heartbeats().size();
      }
    }
    Map<Ingest.Answer, Counts> counted = insertLate(handle, late);
    Written written = write(handle, rows, newest);
    int stored = written.stored();
    int duplicates = live - stored;
    for (Counts counts : counted.values()) {
      stored += counts.stored();
      duplicates += counts.duplicates();
    }
    return new Stored(written.newest(), written.first(), new Counts(stored, duplicates), counted);
  }

  private record Written(int stored, List<Heartbeat> newest, List<Heartbeat> first) {}

  private static Written write(Handle handle, List<Row> rows, Map<Key, Heartbeat> newest) {
    rows.sort(BY_ROW);
    List<Heartbeat> newer = new ArrayList<>(newest.size());
    List<Heartbeat> first = new ArrayList<>();
    int stored = 0;
    for (Moved moved : bound(handle.createQuery(WRITE), rows).map((row, _) -> moved(row)).list()) {
      stored = moved.stored();
      Heartbeat heartbeat = moved.key() == null ? null : newest.get(moved.key());
      if (heartbeat != null) {
        newer.add(heartbeat);
        if (moved.isFirst()) {
          first.add(heartbeat);
        }
      }
    }
    newer.sort(BY_KEY);
    first.sort(BY_KEY);
    return new Written(stored, newer, first);
  }

  /// @param key of the device whose last status is a new one; null in the one row of none
  private record Moved(int stored, @Nullable Key key, boolean isFirst) {}

  private static Moved moved(ResultSet row) throws SQLException {
    UUID device = row.getObject(3, UUID.class);
    Key key =
        device == null
            ? null
            : new Key(new OrganizationId(row.getObject(2, UUID.class)), new DeviceId(device));
    return new Moved(row.getInt(1), key, row.getBoolean(4));
  }

  private static Map<Ingest.Answer, Counts> insertLate(Handle handle, List<Ingest.Entry> late) {
    Map<Ingest.Answer, Counts> counts = new HashMap<>();
    for (Ingest.Entry entry : late) {
      List<Row> rows = new ArrayList<>(entry.heartbeats().size());
      entry.heartbeats().forEach(heartbeat -> rows.add(new Row(heartbeat, true, false)));
      rows.sort(BY_ROW);
      int stored = bound(handle.createUpdate(INSERT_LATE), rows).execute();
      counts.put(entry.answer(), new Counts(stored, rows.size() - stored));
    }
    return counts;
  }

  private static <S extends SqlStatement<S>> S bound(S statement, List<Row> rows) {
    Columns columns = new Columns(rows.size());
    for (int i = 0; i < rows.size(); i++) {
      columns.set(i, rows.get(i));
    }
    return columns.bound(statement);
  }

  /// The rows as arrays of their types, which the driver sends as they are; arrays of objects, and
  /// what Jdbi makes of lists, it writes as text, each element quoted.
  private static final class Columns {
    private final UUID[] organizations;
    private final UUID[] devices;
    private final Long[] buckets;
    private final Long[] taken;
    private final Long[] received;
    private final Long[] seen;
    private final @Nullable Integer[] batteryPct;
    private final @Nullable Boolean[] charging;
    private final @Nullable Float[] celsius;
    private final @Nullable Long[] uptime;
    private final @Nullable Integer[] totalMb;
    private final @Nullable Integer[] availableMb;
    private final @Nullable Float[] pressure;
    private final @Nullable String[] transport;
    private final @Nullable String[] appVersion;
    private final @Nullable String[] osVersion;
    private final @Nullable Boolean[] appRunning;
    private final String[] rest;
    private final UUID[] details;
    private final Boolean[] live;
    private final Boolean[] newest;

    private Columns(int size) {
      organizations = new UUID[size];
      devices = new UUID[size];
      buckets = new Long[size];
      taken = new Long[size];
      received = new Long[size];
      seen = new Long[size];
      batteryPct = new Integer[size];
      charging = new Boolean[size];
      celsius = new Float[size];
      uptime = new Long[size];
      totalMb = new Integer[size];
      availableMb = new Integer[size];
      pressure = new Float[size];
      transport = new String[size];
      appVersion = new String[size];
      osVersion = new String[size];
      appRunning = new Boolean[size];
      rest = new String[size];
      details = new UUID[size];
      live = new Boolean[size];
      newest = new Boolean[size];
    }

    private void set(int i, Row row) {
      Heartbeat heartbeat = row.heartbeat();
      Heartbeat.Readings readings = heartbeat.readings();
      organizations[i] = heartbeat.organization().value();
      devices[i] = heartbeat.device().value();
      buckets[i] = heartbeat.bucket().getEpochSecond();
      taken[i] = micros(heartbeat.takenAt());
      received[i] = micros(heartbeat.receivedAt());
      seen[i] = micros(heartbeat.seenAt());
      batteryPct[i] = readings.power().batteryPct();
      charging[i] = readings.power().charging();
      celsius[i] = readings.power().celsius();
      uptime[i] = readings.uptimeSeconds();
      totalMb[i] = readings.memory().totalMb();
      availableMb[i] = readings.memory().availableMb();
      pressure[i] = readings.memory().pressurePct();
      transport[i] = readings.transport();
      appVersion[i] = readings.appVersion();
      osVersion[i] = readings.osVersion();
      appRunning[i] = readings.appRunning();
      rest[i] = heartbeat.rest();
      details[i] = heartbeat.detail().id();
      live[i] = row.live();
      newest[i] = row.newest();
    }

    private <S extends SqlStatement<S>> S bound(S statement) {
      return statement
          .bind("organizations", array("uuid", organizations))
          .bind("devices", array("uuid", devices))
          .bind("buckets", array("int8", buckets))
          .bind("taken", array("int8", taken))
          .bind("received", array("int8", received))
          .bind("seen", array("int8", seen))
          .bind("batteryPct", array("int4", batteryPct))
          .bind("charging", array("bool", charging))
          .bind("celsius", array("float4", celsius))
          .bind("uptime", array("int8", uptime))
          .bind("totalMb", array("int4", totalMb))
          .bind("availableMb", array("int4", availableMb))
          .bind("pressure", array("float4", pressure))
          .bind("transport", array("text", transport))
          .bind("appVersion", array("text", appVersion))
          .bind("osVersion", array("text", osVersion))
          .bind("appRunning", array("bool", appRunning))
          .bind("rest", array("text", rest))
          .bind("details", array("uuid", details))
          .bind("live", array("bool", live))
          .bind("newest", array("bool", newest));
    }

    private static Argument array(String type, @Nullable Object[] values) {
      return (position, statement, _) ->
          statement.setArray(position, statement.getConnection().createArrayOf(type, values));
    }
  }

  private static long micros(Instant time) {
    return time.getEpochSecond() * 1_000_000 + time.getNano() / 1_000;
  }
}
