package dev.muster.server.device;

import dev.muster.server.organization.Quota;
import dev.muster.server.organization.QuotaUsage;
import dev.muster.server.platform.OrganizationId;
import jakarta.inject.Singleton;
import org.jdbi.v3.core.Handle;

/// Counts devices by the tally, which is kept in the transactions that add and remove them.
@Singleton
final class DeviceUsageStore implements QuotaUsage {
  @Override
  public Quota quota() {
    return Quota.DEVICES;
  }

  @Override
  public long used(Handle handle, OrganizationId organization) {
    return count(handle, organization);
  }

  /// How many devices the organization has that are not retired.
  static long count(Handle handle, OrganizationId organization) {
    return handle
        .createQuery(
            "select coalesce(sum(devices), 0) from device.tally where organization_id = :organization")
        .bind("organization", organization)
        .mapTo(long.class)
        .one();
  }
}
