package dev.muster.server.compliance;

import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.OrganizationId;
import java.util.List;
import org.jdbi.v3.core.Handle;

/// Hears, within the transactions that cause it, that the states of devices may be others than
/// before. What they are is derived when somebody asks.
public interface StateChanges {
  /// The states of these devices, whose rows are locked.
  void changed(Handle handle, OrganizationId organization, List<DeviceId> devices);

  /// The states of any number of devices at once, of which none is named.
  void manyChanged(Handle handle, OrganizationId organization);
}
