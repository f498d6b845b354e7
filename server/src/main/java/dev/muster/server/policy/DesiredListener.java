package dev.muster.server.policy;

import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.OrganizationId;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// Follows, inside the transaction, what the desired policies of devices are computed from. Called
/// with the devices' rows locked, in the order of their ids.
public interface DesiredListener {
  void desiredChanged(Handle handle, OrganizationId organization, List<DesiredState> states);

  /// What is desired of every device that has the policy has changed by its version alone. None of
  /// them is locked or looked at: there may be any number.
  default void activated(Handle handle, OrganizationId organization, UUID policy) {}

  /// The device, whose row is locked, is out of the fleet for good.
  default void retired(Handle handle, OrganizationId organization, DeviceId device) {}
}
