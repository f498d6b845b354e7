package dev.muster.server.enrollment;

import dev.muster.server.device.Device;
import dev.muster.server.policy.DesiredPolicy;

/// A device that was let in.
///
/// @param deviceToken its new credential, shown this once
public record Enrolled(Device device, DesiredPolicy policy, String deviceToken) {
  /// Without the token.
  @Override
  public String toString() {
    return "Enrolled[" + device.id() + "]";
  }
}
