package dev.muster.server.policy;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One attempt to bring a device to a version.
///
/// @param device the device's handle
/// @param version the version that the device is to report, or a later one
/// @param attempt 1, 2, 3 … for the same change
public record ApplyJob(
    UUID id,
    String device,
    long version,
    State state,
    int attempt,
    @Nullable String error,
    Instant createdAt,
    Instant dueAt,
    @Nullable Instant startedAt,
    @Nullable Instant finishedAt) {
  /// QUEUED until the device is rung or pulls; RUNNING until it reports.
  public enum State {
    QUEUED,
    RUNNING,
    SUCCESS,
    FAILED
  }
}
