package dev.muster.server.telemetry;

import dev.muster.server.archive.Partitions;
import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceBelongings;
import dev.muster.server.device.KnownDevices;
import dev.muster.server.platform.OrganizationId;
import jakarta.inject.Singleton;
import org.jdbi.v3.core.Handle;

/// Forgets the heartbeats of a device that is erased, in days that are on their way out of the
/// database too. Archives that are written already keep theirs until they are restored.
@Singleton
final class TelemetryBelongings implements DeviceBelongings {
  private final Partitions partitions;

  TelemetryBelongings(Partitions partitions) {
    this.partitions = partitions;
  }

  @Override
  public void erase(Handle handle, OrganizationId organization, Device device) {
    // the last status first, as whoever stores a heartbeat does
    ReconciliationStore.forget(
        handle, new KnownDevices.Key(organization, device.id()), partitions.spans(handle));
    partitions.eraseDetached(handle, organization, device.id());
  }
}
