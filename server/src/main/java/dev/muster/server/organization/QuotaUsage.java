package dev.muster.server.organization;

import dev.muster.server.platform.OrganizationId;
import org.jdbi.v3.core.Handle;

/// Counts what one lower room keeps that a quota limits. Several may count for one quota: it limits
/// their sum.
public interface QuotaUsage {
  Quota quota();

  /// What the transaction sees, exactly; what it has written itself is among it.
  long used(Handle handle, OrganizationId organization);
}
