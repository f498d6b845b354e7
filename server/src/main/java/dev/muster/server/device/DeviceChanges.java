package dev.muster.server.device;

import dev.muster.server.platform.OrganizationId;
import java.util.List;
import org.jdbi.v3.core.Handle;

/// Hears of changes of devices, within the transaction that makes them: after the rows are written
/// and while the groups concerned are locked. What it throws undoes the change.
///
/// An event after the commit would not do: until it came a device would have no policy, or its old
/// one under a group that it has left.
public interface DeviceChanges {
  /// A device is being registered and counted; nothing refers to it yet. Whoever refuses it does it
  /// here, before anything is locked that many devices share.
  default void admitted(Handle handle, OrganizationId organization) {}

  /// The devices are new; they may be in groups already. [#membershipChanged] is not called as
  /// well.
  default void registered(Handle handle, OrganizationId organization, List<DeviceId> devices) {}

  /// Each of the devices has joined or left a group.
  default void membershipChanged(
      Handle handle, OrganizationId organization, List<DeviceId> devices) {}

  /// The device, whose row is locked, has another name, status, tags, attributes or hardware.
  default void changed(Handle handle, Device device) {}

  /// The device, whose row is locked, is in another state of its life. One that is retired has left
  /// its groups by now, of which [#membershipChanged] does not tell.
  default void lifecycleChanged(Handle handle, Device device) {}

  /// The device is gone with all that was known of it; there is no row of it any more.
  default void erased(Handle handle, OrganizationId organization, Device device) {}
}
