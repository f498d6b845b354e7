package dev.muster.server.doorbell;

import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceBelongings;
import dev.muster.server.platform.OrganizationId;
import jakarta.inject.Singleton;
import java.util.List;
import org.jdbi.v3.core.Handle;

/// Forgets where a push service reaches a device that is erased. Its open connections are hung up
/// on because its token is revoked.
@Singleton
final class DoorbellBelongingsStore implements DeviceBelongings {
  @Override
  public void erase(Handle handle, OrganizationId organization, Device device) {
    for (String table : List.of("doorbell.pending_push", "doorbell.push_token")) {
      handle.execute(
          "delete from " + table + " where organization_id = ? and device_id = ?",
          organization,
          device.id().value());
    }
  }
}
