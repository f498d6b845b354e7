package dev.muster.server.batch;

import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceBelongings;
import dev.muster.server.platform.OrganizationId;
import jakarta.inject.Singleton;
import org.jdbi.v3.core.Handle;

/// Forgets that an erased device could not be given the actions of batches. Where it is still to
/// come in one it is passed over.
@Singleton
final class BatchBelongingsStore implements DeviceBelongings {
  @Override
  public void erase(Handle handle, OrganizationId organization, Device device) {
    handle.execute(
        "delete from batch.refusal where organization_id = ? and device_id = ?",
        organization,
        device.id().value());
  }
}
