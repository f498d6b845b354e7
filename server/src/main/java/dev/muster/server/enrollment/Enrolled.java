package dev.muster.server.enrollment;

import dev.muster.server.credential.DeviceCredentials;
import dev.muster.server.device.Device;
import dev.muster.server.policy.DesiredPolicy;

/// A device that was let in.
///
/// @param credentials what it needs to be known, and to know the server's commands
public record Enrolled(Device device, DesiredPolicy policy, DeviceCredentials.Given credentials) {
  /// Its new credential, shown this once.
  public String deviceToken() {
    return credentials.deviceToken();
  }

  /// Without the secrets.
  @Override
  public String toString() {
    return "Enrolled[" + device.id() + "]";
  }
}
