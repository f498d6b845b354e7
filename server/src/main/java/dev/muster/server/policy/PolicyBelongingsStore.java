package dev.muster.server.policy;

import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceBelongings;
import dev.muster.server.platform.OrganizationId;
import jakarta.inject.Singleton;
import java.util.List;
import org.jdbi.v3.core.Handle;

/// Deletes what was desired of a device that is erased, and the work that was to bring it there.
@Singleton
final class PolicyBelongingsStore implements DeviceBelongings {
  private static final List<String> TABLES =
      List.of("device_assignment", "apply_job", "desired_change", "desired");

  @Override
  public void erase(Handle handle, OrganizationId organization, Device device) {
    for (String table : TABLES) {
      handle.execute(
          "delete from policy." + table + " where organization_id = ? and device_id = ?",
          organization,
          device.id().value());
    }
    handle
        .createUpdate(
            """
            update policy.wake set device_ids = array_remove(device_ids, :device)
            where organization_id = :organization and :device = any(device_ids)
            """)
        .bind("organization", organization)
        .bind("device", device.id().value())
        .execute();
  }
}
