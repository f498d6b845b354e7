package dev.muster.server.action;

import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceChanges;
import dev.muster.server.platform.Settings;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;

/// What a device's life means for its actions: one that is retired does none any more, and one that
/// is active again goes on with what waited.
@Singleton
final class DeviceActions implements DeviceChanges {
  private final Lane lane;
  private final Settings.Action settings;

  DeviceActions(Lane lane, Settings settings) {
    this.lane = lane;
    this.settings = settings.action();
  }

  @Override
  public void lifecycleChanged(Handle handle, Device device) {
    switch (device.lifecycle()) {
      case ACTIVE -> lane.resume(handle, device);
      case DEACTIVATED -> {}
      case RETIRED -> cancelAll(handle, device);
    }
  }

  private void cancelAll(Handle handle, Device device) {
    List<Action> open =
        new ArrayList<>(
            ActionStore.waiting(
                handle, device.organization(), device.id(), settings.queueLimit() + 1));
    ActionStore.findRunning(handle, device.organization(), device.id()).ifPresent(open::add);
    for (Action action : open) {
      var _ = lane.end(handle, device, action, Lane.cancelled("The device was retired."));
    }
  }
}
