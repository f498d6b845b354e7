package dev.muster.server.device;

import dev.muster.server.platform.OrganizationId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jdbi.v3.core.Handle;

/// Writes down what it hears.
final class RecordingChanges implements DeviceChanges {
  final List<DeviceId> registered = Collections.synchronizedList(new ArrayList<>());
  final List<DeviceId> moved = Collections.synchronizedList(new ArrayList<>());
  final List<Device> changed = Collections.synchronizedList(new ArrayList<>());
  final List<DeviceId> erased = Collections.synchronizedList(new ArrayList<>());

  @Override
  public void registered(Handle handle, OrganizationId organization, List<DeviceId> devices) {
    registered.addAll(devices);
  }

  @Override
  public void membershipChanged(
      Handle handle, OrganizationId organization, List<DeviceId> devices) {
    moved.addAll(devices);
  }

  @Override
  public void changed(Handle handle, Device device) {
    changed.add(device);
  }

  @Override
  public void erased(Handle handle, OrganizationId organization, Device device) {
    erased.add(device.id());
  }
}
