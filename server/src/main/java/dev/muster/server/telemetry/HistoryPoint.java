package dev.muster.server.telemetry;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One step of a device's history.
///
/// @param at when it begins
/// @param heartbeats how many it has
/// @param charging whether it was charging in any of them
/// @param celsius the battery's temperature, in the mean
public record HistoryPoint(
    Instant at,
    int heartbeats,
    @Nullable Range batteryPct,
    @Nullable Boolean charging,
    @Nullable Double celsius,
    Machine machine,
    Software software) {

  /// What a value was within the step.
  public record Range(double min, double avg, double max) {
    static @Nullable Range of(@Nullable Double min, @Nullable Double avg, @Nullable Double max) {
      return min == null || avg == null || max == null ? null : new Range(min, avg, max);
    }
  }

  /// @param memoryAvailableMb the least
  /// @param memoryPressurePct the mean
  /// @param uptimeSeconds the most
  public record Machine(
      @Nullable Double memoryAvailableMb,
      @Nullable Double memoryPressurePct,
      @Nullable Double uptimeSeconds) {}

  /// @param transport the last
  /// @param appRunning whether the monitored app ran in all of them that said
  public record Software(@Nullable String transport, @Nullable Boolean appRunning) {}
}
