package dev.muster.server.device;

import dev.muster.server.organization.Quota;
import dev.muster.server.organization.Quotas;
import dev.muster.server.platform.OrganizationId;
import jakarta.inject.Singleton;
import java.util.List;
import org.jdbi.v3.core.Handle;

/// Refuses devices beyond the organization's quota, however they come in.
@Singleton
final class DeviceQuota implements DeviceChanges {
  private final Quotas quotas;

  DeviceQuota(Quotas quotas) {
    this.quotas = quotas;
  }

  @Override
  public void registered(Handle handle, OrganizationId organization, List<DeviceId> devices) {
    quotas.require(handle, organization, Quota.DEVICES);
  }

  @Override
  public void membershipChanged(
      Handle handle, OrganizationId organization, List<DeviceId> devices) {}
}
