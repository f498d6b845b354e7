package dev.muster.server.telemetry;

import dev.muster.server.device.DeviceId;
import dev.muster.server.device.KnownDevices;
import dev.muster.server.platform.OrganizationId;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// The SQL that brings last statuses up to the history.
final class ReconciliationStore {
  /// How far a walk through all devices is.
  ///
  /// @param seen the devices of this step, in the order of their keys
  record Walked(KnownDevices.Key last, List<KnownDevices.Key> seen, int repaired) {}

  static final Walked BEGIN =
      new Walked(
          new KnownDevices.Key(new OrganizationId(new UUID(0, 0)), new DeviceId(new UUID(0, 0))),
          List.of(),
          0);

  private ReconciliationStore() {}

  /// Looks at the next devices. Only those that are behind are locked, in the order of their keys,
  /// as ingest does; what ingest has done meanwhile stays.
  static Walked repair(Handle handle, Walked from, Instant since, int limit) {
    record Row(KnownDevices.Key key, boolean behind) {}
    List<Row> rows =
        handle
            .createQuery(
                """
                select s.organization_id, s.device_id, coalesce(h.bucket > s.seen_at, false) as behind
                from (
                  select organization_id, device_id, seen_at from telemetry.last_status
                  where (organization_id, device_id) > (:organization, :device)
                  order by organization_id, device_id limit :limit) s
                left join lateral (
                  select bucket from telemetry.heartbeat h
                  where h.organization_id = s.organization_id and h.device_id = s.device_id
                    and h.bucket >= :since
                  order by h.bucket desc limit 1) h on true
                order by s.organization_id, s.device_id
                """)
            .bind("organization", from.last().organization())
            .bind("device", from.last().device().value())
            .bind("since", since)
            .bind("limit", limit)
            .map((row, _) ->
                new Row(
                    new KnownDevices.Key(
                        new OrganizationId(row.getObject(1, UUID.class)),
                        new DeviceId(row.getObject(2, UUID.class))),
                    row.getBoolean(3)))
            .list();
    int repaired =
        rows.stream().filter(Row::behind).mapToInt(row -> repair(handle, row.key(), since)).sum();
    List<KnownDevices.Key> seen = rows.stream().map(Row::key).toList();
    return new Walked(seen.isEmpty() ? from.last() : seen.getLast(), seen, repaired);
  }

  /// What is left of a device that is not there.
  static void forget(Handle handle, KnownDevices.Key key) {
    for (String table : new String[] {"telemetry.last_status", "telemetry.heartbeat"}) {
      handle.execute(
          "delete from " + table + " where organization_id = ? and device_id = ?",
          key.organization(),
          key.device().value());
    }
  }

  private static int repair(Handle handle, KnownDevices.Key key, Instant since) {
    return handle
        .createUpdate(
            """
            update telemetry.last_status s
            set seen_at = greatest(h.received_at, h.bucket), taken_at = h.taken_at,
              battery_pct = h.battery_pct, charging = h.charging, battery_celsius = h.battery_celsius,
              uptime_seconds = h.uptime_seconds, memory_total_mb = h.memory_total_mb,
              memory_available_mb = h.memory_available_mb,
              memory_pressure_pct = h.memory_pressure_pct, transport = h.transport,
              app_version = h.app_version, os_version = h.os_version, app_running = h.app_running,
              rest = h.rest
            from (
              select * from telemetry.heartbeat
              where organization_id = :organization and device_id = :device and bucket >= :since
              order by bucket desc limit 1) h
            where s.organization_id = :organization and s.device_id = :device
              and s.seen_at < h.bucket
            """)
        .bind("organization", key.organization())
        .bind("device", key.device().value())
        .bind("since", since)
        .execute();
  }
}
