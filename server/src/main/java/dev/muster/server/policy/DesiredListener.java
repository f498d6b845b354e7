package dev.muster.server.policy;

import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.OrganizationId;
import java.util.List;
import org.jdbi.v3.core.Handle;

/// Follows, inside the transaction, what the desired policies of devices are computed from. Called
/// with the devices' rows locked, in the order of their ids.
public interface DesiredListener {
  void desiredChanged(Handle handle, OrganizationId organization, List<DesiredState> states);

  /// The device, whose row is locked, is out of the fleet for good.
  default void retired(Handle handle, OrganizationId organization, DeviceId device) {}
}
