package dev.muster.server.live;

import dev.muster.server.action.Action;
import dev.muster.server.action.ActionChanges;
import dev.muster.server.action.ActionId;
import dev.muster.server.action.Actions;
import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceBelongings;
import dev.muster.server.device.DeviceChanges;
import dev.muster.server.device.DeviceId;
import dev.muster.server.device.Devices;
import dev.muster.server.live.ChangeStore.Entry;
import dev.muster.server.live.ChangeStore.Kind;
import dev.muster.server.platform.Announcements;
import dev.muster.server.platform.OrganizationId;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/// Writes down what becomes of devices and actions, in the transactions that make it so. These hold
/// the device's row (or, for progress, the action's), so the order of the numbers is the order in
/// which each of them has changed.
@Singleton
public final class ChangeLog implements DeviceChanges, ActionChanges, DeviceBelongings {
  private final Devices devices;
  private final Actions actions;
  private final Appender appender;

  public ChangeLog(
      InstantSource clock, Devices devices, Actions actions, Announcements announcements) {
    this.devices = devices;
    this.actions = actions;
    this.appender = new Appender(clock, announcements);
  }

  @Override
  public void registered(Handle handle, OrganizationId organization, List<DeviceId> registered) {
    Collection<Device> present =
        devices
            .findAll(handle, organization, registered.stream().map(DeviceId::toString).toList())
            .values();
    append(
        handle,
        organization,
        present.stream().map(device -> entry(DeviceView.of(device, null))).toList());
  }

  @Override
  public void changed(Handle handle, Device device) {
    Map<DeviceId, ActionId> running =
        actions.running(handle, device.organization(), List.of(device.id()));
    append(
        handle,
        device.organization(),
        List.of(entry(DeviceView.of(device, running.get(device.id())))));
  }

  /// As it is by now: who heard of this before may have changed it once more.
  @Override
  public void lifecycleChanged(Handle handle, Device device) {
    changed(handle, devices.require(handle, device.organization(), device.id().toString()));
  }

  @Override
  public void erased(Handle handle, OrganizationId organization, Device device) {
    append(
        handle,
        organization,
        List.of(new Entry(Kind.ERASED, device.id(), device.handle(), null, Appender.NOTHING)));
  }

  @Override
  public void changed(Handle handle, OrganizationId organization, List<Action> changed) {
    append(
        handle,
        organization,
        changed.stream()
            .map(action ->
                new Entry(
                    Kind.ACTION,
                    action.device(),
                    action.handle(),
                    action.id().value(),
                    Snapshots.of(action)))
            .toList());
  }

  @Override
  public void erase(Handle handle, OrganizationId organization, Device device) {
    ChangeStore.erase(handle, organization, device.id());
  }

  static Entry entry(DeviceView view) {
    return new Entry(Kind.DEVICE, view.id(), view.handle(), null, Snapshots.of(view));
  }

  void append(Handle handle, OrganizationId organization, List<Entry> entries) {
    appender.append(handle, organization, entries);
  }
}
