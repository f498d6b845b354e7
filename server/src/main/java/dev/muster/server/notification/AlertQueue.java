package dev.muster.server.notification;

import dev.muster.server.alert.Alert;
import dev.muster.server.alert.AlertListener;
import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceBelongings;
import dev.muster.server.platform.OrganizationId;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.List;
import org.jdbi.v3.core.Handle;

/// Notes what alerts have to tell, within the transactions in which they are raised and recover:
/// one statement each, which inserts and locks nothing that others hold.
@Singleton
public class AlertQueue implements AlertListener, DeviceBelongings {
  private final InstantSource clock;

  AlertQueue(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public void raised(Handle handle, List<Alert> alerts) {
    if (!alerts.isEmpty()) {
      PartStore.raise(handle, alerts, clock.instant());
    }
  }

  @Override
  public void recovered(Handle handle, List<Alert> alerts) {
    if (!alerts.isEmpty()) {
      PartStore.recover(handle, alerts, clock.instant());
    }
  }

  @Override
  public void erase(Handle handle, OrganizationId organization, Device device) {
    MessageStore.eraseDevice(handle, organization, device.id());
    PartStore.eraseDevice(handle, organization, device.id());
    MuteStore.eraseDevice(handle, organization, device.id());
  }
}
