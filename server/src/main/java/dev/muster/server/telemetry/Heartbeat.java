package dev.muster.server.telemetry;

import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.OrganizationId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What a device said of itself at one moment.
///
/// @param bucket the 10 seconds of history that it stands for: when it was received, or, when it
///   was sent later in a batch, taken
/// @param takenAt by the device's clock
/// @param rest what it said besides the readings, as a JSON object
public record Heartbeat(
    OrganizationId organization,
    DeviceId device,
    Instant bucket,
    Instant takenAt,
    Instant receivedAt,
    Readings readings,
    String rest) {

  /// The values that are asked for, each null when it was not said.
  ///
  /// @param appRunning whether the app that the device monitors runs
  public record Readings(
      Power power,
      Memory memory,
      @Nullable Long uptimeSeconds,
      @Nullable String transport,
      @Nullable String appVersion,
      @Nullable String osVersion,
      @Nullable Boolean appRunning) {}

  /// @param batteryPct 0 to 100
  public record Power(
      @Nullable Integer batteryPct, @Nullable Boolean charging, @Nullable Float celsius) {}

  public record Memory(
      @Nullable Integer totalMb, @Nullable Integer availableMb, @Nullable Float pressurePct) {}
}
