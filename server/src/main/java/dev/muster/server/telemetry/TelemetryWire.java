package dev.muster.server.telemetry;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.muster.protocol.Json;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// The shapes of telemetry on REST.
final class TelemetryWire {
  private TelemetryWire() {}

  /// The history of a device, thinned.
  @Schema(name = "DeviceTelemetry")
  @JsonNaming(SnakeCaseStrategy.class)
  public record HistoryRow(
      Instant from,
      Instant to,
      double stepSeconds,
      List<PointRow> points,
      @Schema(implementation = Object.class) Json.@Nullable Obj lastStatus) {
    static HistoryRow of(Telemetry.History history) {
      return new HistoryRow(
          history.from(),
          history.to(),
          history.step().toMillis() / 1_000.0,
          history.points().stream().map(PointRow::of).toList(),
          history.last());
    }
  }

  /// One step of it.
  @Schema(name = "DeviceTelemetryPoint")
  @JsonNaming(SnakeCaseStrategy.class)
  public record PointRow(
      Instant at,
      int heartbeats,
      HistoryPoint.@Nullable Range batteryPct,
      @Nullable Boolean charging,
      @Nullable Double batteryTemperatureC,
      HistoryPoint.Machine machine,
      HistoryPoint.Software software) {
    static PointRow of(HistoryPoint point) {
      return new PointRow(
          point.at(),
          point.heartbeats(),
          point.batteryPct(),
          point.charging(),
          point.celsius(),
          point.machine(),
          point.software());
    }
  }

  /// Counts of a fleet.
  @Schema(name = "FleetTelemetry")
  @JsonNaming(SnakeCaseStrategy.class)
  public record FleetRow(
      long devices,
      long online,
      long offline,
      long neverHeard,
      long lowBattery,
      long appDown,
      Versions versions) {
    static FleetRow of(FleetCounts counts) {
      return new FleetRow(
          counts.of("devices"),
          counts.of("online"),
          counts.of("offline"),
          counts.of("never_heard"),
          counts.of("low_battery"),
          counts.of("app_down"),
          new Versions(counts.byOs(), counts.byApp()));
    }
  }

  /// The 50 most frequent, with their numbers.
  @Schema(name = "FleetVersions")
  @JsonNaming(SnakeCaseStrategy.class)
  public record Versions(Map<String, Long> os, Map<String, Long> app) {}

  /// What a device last said, in the words of a heartbeat.
  ///
  /// @param details whether with what was kept as it was sent
  static Json.Obj lastStatus(TelemetryStore.LastStatus last, Instant onlineSince, boolean details) {
    Heartbeat.Readings readings = last.readings();
    Map<String, Json> fields = new TreeMap<>();
    fields.put("seen_at", Json.of(last.seenAt().toString()));
    fields.put("taken_at", Json.of(last.takenAt().toString()));
    fields.put("online", Json.of(!last.seenAt().isBefore(onlineSince)));
    fields.put(
        "battery",
        Json.obj(
            Map.of(
                "pct", number(readings.power().batteryPct()),
                "charging", flag(readings.power().charging()),
                "temperature_c", number(readings.power().celsius()))));
    fields.put(
        "memory",
        Json.obj(
            Map.of(
                "total_ram_mb", number(readings.memory().totalMb()),
                "avail_ram_mb", number(readings.memory().availableMb()),
                "pressure_pct", number(readings.memory().pressurePct()))));
    fields.put("network", Json.obj(Map.of("transport", text(readings.transport()))));
    fields.put("uptime_seconds", number(readings.uptimeSeconds()));
    fields.put("app_version", text(readings.appVersion()));
    fields.put("os_version", text(readings.osVersion()));
    fields.put("app_running", flag(readings.appRunning()));
    if (details) {
      fields.put("details", last.rest());
    }
    return Json.obj(fields);
  }

  private static Json number(@Nullable Number value) {
    return value == null ? Json.NULL : new Json.Num(new BigDecimal(value.toString()));
  }

  private static Json flag(@Nullable Boolean value) {
    return value == null ? Json.NULL : Json.of(value);
  }

  private static Json text(@Nullable String value) {
    return value == null ? Json.NULL : Json.of(value);
  }
}
