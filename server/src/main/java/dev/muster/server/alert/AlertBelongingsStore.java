package dev.muster.server.alert;

import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceBelongings;
import dev.muster.server.platform.OrganizationId;
import jakarta.inject.Singleton;
import org.jdbi.v3.core.Handle;

/// Deletes what is known of a device that is erased: nobody is told that its alerts recover.
@Singleton
final class AlertBelongingsStore implements DeviceBelongings {
  @Override
  public void erase(Handle handle, OrganizationId organization, Device device) {
    handle.execute(
        "delete from alert.standing where organization_id = ? and device_id = ?",
        organization,
        device.id().value());
    handle.execute(
        "delete from alert.alert where organization_id = ? and device_id = ?",
        organization,
        device.id().value());
  }
}
