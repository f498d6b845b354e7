package dev.muster.server.telemetry;

import dev.muster.server.archive.Partitions;
import dev.muster.server.device.DeviceId;
import dev.muster.server.device.KnownDevices;
import dev.muster.server.platform.OrganizationId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// The SQL that brings last statuses up to the history.
final class ReconciliationStore {
  /// How far a walk through all devices is.
  ///
  /// @param seen the devices of this step, in the order of their keys
  record Walked(KnownDevices.Key last, List<KnownDevices.Key> seen) {}

  static final Walked BEGIN =
      new Walked(
          new KnownDevices.Key(new OrganizationId(new UUID(0, 0)), new DeviceId(new UUID(0, 0))),
          List.of());

  private ReconciliationStore() {}

  /// The next devices.
  static Walked walk(Handle handle, Walked from, int limit) {
    List<KnownDevices.Key> seen =
        handle
            .createQuery(
                """
                select organization_id, device_id from telemetry.last_status
                where (organization_id, device_id) > (:organization, :device)
                order by organization_id, device_id limit :limit
                """)
            .bind("organization", from.last().organization())
            .bind("device", from.last().device().value())
            .bind("limit", limit)
            .map((row, _) -> key(row))
            .list();
    return new Walked(seen.isEmpty() ? from.last() : seen.getLast(), seen);
  }

  private static KnownDevices.Key key(ResultSet row) throws SQLException {
    return new KnownDevices.Key(
        new OrganizationId(row.getObject(1, UUID.class)),
        new DeviceId(row.getObject(2, UUID.class)));
  }

  /// What is left of a device that is not there.
  ///
  /// @param spans of all history
  static void forget(Handle handle, KnownDevices.Key key, List<Partitions.Span> spans) {
    handle.execute(
        "delete from telemetry.last_status where organization_id = ? and device_id = ?",
        key.organization(),
        key.device().value());
    if (!spans.isEmpty()) {
      DeviceHistory history = new DeviceHistory(key.organization(), key.device(), spans);
      history
          .bound(
              handle.createUpdate(
                  """
                  delete from telemetry.heartbeat h using (%s) d
                  where h.organization_id = d.organization_id and h.device_id = d.device_id and h.bucket = d.bucket
                    and h.organization_id = :organization and h.device_id = :device
                  """
                      .formatted(history.rows())))
          .execute();
    }
  }

  /// Brings the devices that have a heartbeat from `from` to before `to` up to the newest of them,
  /// unless they have been heard since. Only those that are behind are locked, in the order of
  /// their keys, as ingest does; what ingest has done meanwhile stays.
  static int repair(Handle handle, Instant from, Instant to) {
    List<KnownDevices.Key> behind =
        handle
            .createQuery(
                """
                select s.organization_id, s.device_id
                from (
                  select organization_id, device_id, max(bucket) as bucket from telemetry.heartbeat
                  where bucket >= :from and bucket < :to group by organization_id, device_id) h
                join telemetry.last_status s on s.organization_id = h.organization_id and s.device_id = h.device_id
                where s.seen_at < h.bucket
                order by s.organization_id, s.device_id
                """)
            .bind("from", from)
            .bind("to", to)
            .map((row, _) -> key(row))
            .list();
    return behind.stream().mapToInt(key -> repair(handle, key, from, to)).sum();
  }

  private static int repair(Handle handle, KnownDevices.Key key, Instant from, Instant to) {
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
              rest = h.rest, detail = h.detail
            from (
              select * from telemetry.heartbeat
              where organization_id = :organization and device_id = :device and bucket >= :from and bucket < :to
              order by bucket desc limit 1) h
            where s.organization_id = :organization and s.device_id = :device
              and s.seen_at < h.bucket
            """)
        .bind("organization", key.organization())
        .bind("device", key.device().value())
        .bind("from", from)
        .bind("to", to)
        .execute();
  }
}
