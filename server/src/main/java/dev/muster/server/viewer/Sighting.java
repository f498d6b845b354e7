package dev.muster.server.viewer;

import dev.muster.server.device.DeviceId;
import dev.muster.server.telemetry.Heartbeat;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// That a device was heard, and how its battery was.
///
/// @param battery in percent
record Sighting(
    DeviceId device, Instant at, @Nullable Integer battery, @Nullable Boolean charging) {
  static Sighting of(Heartbeat heartbeat) {
    Heartbeat.Power power = heartbeat.readings().power();
    return new Sighting(
        heartbeat.device(), heartbeat.receivedAt(), power.batteryPct(), power.charging());
  }

  /// The newer of the two; of two at once this one.
  Sighting newer(Sighting other) {
    return other.at.isAfter(at) ? other : this;
  }

  /// `id,milliseconds,battery,charging`; what was not said is empty.
  String text() {
    return device
        + ","
        + at.toEpochMilli()
        + ","
        + (battery == null ? "" : battery)
        + ","
        + (charging == null ? "" : charging);
  }

  /// Reads what [#text] wrote, on this or another node.
  static Sighting parse(String text) {
    String[] parts = text.split(",", -1);
    return new Sighting(
        new DeviceId(UUID.fromString(parts[0])),
        Instant.ofEpochMilli(Long.parseLong(parts[1])),
        parts[2].isEmpty() ? null : Integer.valueOf(parts[2]),
        parts[3].isEmpty() ? null : Boolean.valueOf(parts[3]));
  }
}
