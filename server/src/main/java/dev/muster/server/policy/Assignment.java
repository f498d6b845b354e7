package dev.muster.server.policy;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A policy that applies to a device.
///
/// @param device the device's handle
/// @param version the policy's current version
/// @param group name of the group by which it comes; null for an assignment of its own
public record Assignment(
    String device,
    UUID policyId,
    String policyName,
    int version,
    @Nullable String group,
    Status status,
    Instant assignedAt) {
  /// Derived from the newest report: PENDING until the device has reported what is desired now,
  /// then FAILED if a setting of this policy differs.
  public enum Status {
    PENDING,
    APPLIED,
    FAILED
  }
}
