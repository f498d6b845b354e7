package dev.muster.server.dispatch;

import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceBelongings;
import dev.muster.server.platform.OrganizationId;
import jakarta.inject.Singleton;
import org.jdbi.v3.core.Handle;

/// Forgets what was, and is to be, handed to a device that is erased.
@Singleton
final class DispatchBelongingsStore implements DeviceBelongings {
  @Override
  public void erase(Handle handle, OrganizationId organization, Device device) {
    for (String table : new String[] {"dispatch.delivery", "dispatch.dispatch"}) {
      handle.execute(
          "delete from " + table + " where organization_id = ? and device_id = ?",
          organization,
          device.id().value());
    }
  }
}
