package dev.muster.server.policy;

import dev.muster.server.organization.Quota;
import dev.muster.server.organization.QuotaUsage;
import dev.muster.server.platform.OrganizationId;
import jakarta.inject.Singleton;
import org.jdbi.v3.core.Handle;

/// Counts the bytes of the payloads of all versions of all policies.
@Singleton
final class StorageUsageStore implements QuotaUsage {
  @Override
  public Quota quota() {
    return Quota.STORAGE_BYTES;
  }

  @Override
  public long used(Handle handle, OrganizationId organization) {
    return handle
        .createQuery(
            "select coalesce(sum(payload_bytes), 0) from policy.version where organization_id = :organization")
        .bind("organization", organization)
        .mapTo(long.class)
        .one();
  }
}
