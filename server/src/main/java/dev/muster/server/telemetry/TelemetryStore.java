package dev.muster.server.telemetry;

import dev.muster.protocol.Json;
import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.JsonText;
import dev.muster.server.platform.OrganizationId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The SQL that reads heartbeats.
final class TelemetryStore {
  private TelemetryStore() {}

  static Map<DeviceId, LastStatus> lastStatuses(
      Handle handle, OrganizationId organization, Collection<DeviceId> devices) {
    Map<DeviceId, LastStatus> found = new HashMap<>();
    handle
        .createQuery(
            """
            select s.device_id, s.seen_at, s.taken_at, s.battery_pct, s.charging, s.battery_celsius, s.uptime_seconds,
              s.memory_total_mb, s.memory_available_mb, s.memory_pressure_pct, s.transport, s.app_version,
              s.os_version, s.app_running, (coalesce(d.body, '{}') || s.rest)::text as rest
            from telemetry.last_status s
            left join telemetry.detail d on d.organization_id = s.organization_id and d.id = s.detail
            where s.organization_id = :organization and s.device_id = any(:devices)
            """)
        .bind("organization", organization)
        .bindArray("devices", UUID.class, devices.stream().map(DeviceId::value).toList())
        .map((row, _) -> Map.entry(new DeviceId(row.getObject(1, UUID.class)), status(row)))
        .forEach(entry -> found.put(entry.getKey(), entry.getValue()));
    return found;
  }

  private static LastStatus status(ResultSet row) throws SQLException {
    return new LastStatus(
        instant(row, "seen_at"),
        instant(row, "taken_at"),
        new Heartbeat.Readings(
            new Heartbeat.Power(
                row.getObject("battery_pct", Integer.class),
                row.getObject("charging", Boolean.class),
                row.getObject("battery_celsius", Float.class)),
            new Heartbeat.Memory(
                row.getObject("memory_total_mb", Integer.class),
                row.getObject("memory_available_mb", Integer.class),
                row.getObject("memory_pressure_pct", Float.class)),
            row.getObject("uptime_seconds", Long.class),
            row.getString("transport"),
            row.getString("app_version"),
            row.getString("os_version"),
            row.getObject("app_running", Boolean.class)),
        JsonText.parseObject(row.getString("rest")));
  }

  /// The history of a device in steps of equal length that begin at `from`, those without a
  /// heartbeat left out.
  static List<HistoryPoint> history(
      Handle handle, DeviceHistory device, Instant from, Duration step) {
    return device
        .bound(
            handle.createQuery(
                """
                select date_bin(make_interval(secs => :step), bucket, :from) as at, count(*) as heartbeats,
                  min(battery_pct) as battery_min, avg(battery_pct) as battery_avg, max(battery_pct) as battery_max,
                  bool_or(charging) as charging, avg(battery_celsius) as celsius,
                  min(memory_available_mb) as memory_min, avg(memory_pressure_pct) as pressure,
                  max(uptime_seconds) as uptime, bool_and(app_running) as app_running,
                  (array_agg(transport order by bucket desc))[1] as transport
                from (%s) h
                group by 1 order by 1
                """
                    .formatted(device.rows())))
        .bind("step", step.toMillis() / 1_000.0)
        .bind("from", from)
        .map((row, _) ->
            new HistoryPoint(
                instant(row, "at"),
                row.getInt("heartbeats"),
                HistoryPoint.Range.of(
                    number(row, "battery_min"),
                    number(row, "battery_avg"),
                    number(row, "battery_max")),
                row.getObject("charging", Boolean.class),
                number(row, "celsius"),
                new HistoryPoint.Machine(
                    number(row, "memory_min"), number(row, "pressure"), number(row, "uptime")),
                new HistoryPoint.Software(
                    row.getString("transport"), row.getObject("app_running", Boolean.class))))
        .list();
  }

  /// Counts of one kind.
  private record Counted(String kind, @Nullable String value, long count) {}

  /// The devices of an organization that are not retired, by what they last said, read in one pass.
  static FleetCounts fleet(
      Handle handle, OrganizationId organization, Instant onlineSince, int lowBattery) {
    Map<String, Long> counts = new HashMap<>();
    Map<String, Long> byOs = new LinkedHashMap<>();
    Map<String, Long> byApp = new LinkedHashMap<>();
    handle
        .createQuery(
            """
            with fleet as materialized (
              select s.seen_at, s.battery_pct, s.charging, s.os_version, s.app_version, s.app_running
              from device.device d
              left join telemetry.last_status s on s.organization_id = d.organization_id and s.device_id = d.id
              where d.organization_id = :organization and d.lifecycle <> 'RETIRED')
            select 'devices' as kind, null as value, count(*) as count from fleet
            union all select 'online', null, count(*) from fleet where seen_at >= :since
            union all select 'offline', null, count(*) from fleet where seen_at < :since
            union all select 'never_heard', null, count(*) from fleet where seen_at is null
            union all select 'low_battery', null, count(*) from fleet
              where battery_pct < :low and charging is not true and seen_at >= :since
            union all select 'app_down', null, count(*) from fleet where app_running = false and seen_at >= :since
            union all (select 'os', os_version, count(*) from fleet where os_version is not null
              group by os_version order by 3 desc, 2 limit 50)
            union all (select 'app', app_version, count(*) from fleet where app_version is not null
              group by app_version order by 3 desc, 2 limit 50)
            """)
        .bind("organization", organization)
        .bind("since", onlineSince)
        .bind("low", lowBattery)
        .map((row, _) -> new Counted(row.getString(1), row.getString(2), row.getLong(3)))
        .forEach(row -> {
          String value = row.value();
          switch (row.kind()) {
            case "os" -> byOs.put(value == null ? "" : value, row.count());
            case "app" -> byApp.put(value == null ? "" : value, row.count());
            default -> counts.put(row.kind(), row.count());
          }
        });
    return new FleetCounts(counts, byOs, byApp);
  }

  private static @Nullable Double number(ResultSet row, String column) throws SQLException {
    double value = row.getDouble(column);
    return row.wasNull() ? null : value;
  }

  private static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  /// What a device last said.
  ///
  /// @param rest what is not asked for in SQL
  record LastStatus(Instant seenAt, Instant takenAt, Heartbeat.Readings readings, Json.Obj rest) {}
}
