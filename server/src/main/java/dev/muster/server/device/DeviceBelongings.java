package dev.muster.server.device;

import dev.muster.server.platform.OrganizationId;
import org.jdbi.v3.core.Handle;

/// Everything that one lower room keeps of devices, for the erasure of one.
public interface DeviceBelongings {
  /// Deletes all that the room has of the device, in the transaction that erases it: while the
  /// device's row is locked, so that nothing is added meanwhile, and before it is deleted.
  void erase(Handle handle, OrganizationId organization, Device device);
}
