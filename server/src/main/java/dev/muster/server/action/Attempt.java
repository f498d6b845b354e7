package dev.muster.server.action;

import dev.muster.server.device.DeviceId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One try of an action.
///
/// @param requestId what the device answers to
/// @param outcome null while it is under way
/// @param answer the outcome in the device's own word; null when it has not answered
/// @param finishedAt when the device said that it finished, by its own clock
public record Attempt(
    ActionId action,
    String requestId,
    DeviceId device,
    int number,
    Instant beganAt,
    @Nullable Instant deliveredAt,
    @Nullable Instant endedAt,
    @Nullable Outcome outcome,
    @Nullable String message,
    @Nullable String answer,
    @Nullable Instant answeredAt,
    @Nullable Instant finishedAt) {
  /// How an attempt ended.
  public enum Outcome {
    SUCCEEDED,
    FAILED,
    /// The device had the command and did not answer in time.
    TIMED_OUT,
    CANCELLED,
    /// The device was never handed the command.
    EXPIRED
  }
}
