package dev.muster.server.sync;

import dev.muster.server.device.DeviceId;
import dev.muster.server.device.DeviceSyncs;
import dev.muster.server.platform.OrganizationId;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/// Tells the registry how devices synchronize.
@Singleton
final class DeviceStates implements DeviceSyncs {
  @Override
  public Map<DeviceId, Sync> syncs(
      Handle handle, OrganizationId organization, Collection<DeviceId> devices) {
    return DeviceStateStore.syncs(handle, organization, devices);
  }
}
