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

  /// Adds to the number of devices that are not retired; a shard may become negative, their sum
  /// not. Returns the shard, whose row is now locked.
  static int add(Handle handle, OrganizationId organization, int more) {
    return handle
        .createQuery(
            """
            insert into device.tally (organization_id, shard, devices)
            values (:organization, floor(random() * 16), :more)
            on conflict (organization_id, shard) do update set devices = tally.devices + excluded.devices
            returning shard
            """)
        .bind("organization", organization)
        .bind("more", more)
        .mapTo(int.class)
        .one();
  }

  /// Takes back a part of what was [added][#add] to a shard in this transaction.
  static void takeBack(Handle handle, OrganizationId organization, int shard, long fewer) {
    handle.execute(
        "update device.tally set devices = devices - ? where organization_id = ? and shard = ?",
        fewer,
        organization,
        shard);
  }
}
