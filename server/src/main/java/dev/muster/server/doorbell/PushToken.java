package dev.muster.server.doorbell;

import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.OrganizationId;

/// Where the push service reaches a device.
public record PushToken(OrganizationId organization, DeviceId device, String text) {
  /// Without the text: who knows it could wake the device.
  @Override
  public String toString() {
    return "PushToken[" + device + "]";
  }
}
