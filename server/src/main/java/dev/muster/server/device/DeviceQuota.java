package dev.muster.server.device;

import dev.muster.server.organization.Quota;
import dev.muster.server.organization.Quotas;
import dev.muster.server.platform.OrganizationId;
import jakarta.inject.Singleton;
import org.jdbi.v3.core.Handle;

/// Refuses a device beyond the organization's quota, however it comes in. [BulkDevices] asks for
/// many itself.
@Singleton
final class DeviceQuota implements DeviceChanges {
  private final Quotas quotas;

  DeviceQuota(Quotas quotas) {
    this.quotas = quotas;
  }

  @Override
  public void admitted(Handle handle, OrganizationId organization) {
    quotas.require(handle, organization, Quota.DEVICES);
  }
}
