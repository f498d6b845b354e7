package dev.muster.server.credential;

import dev.muster.server.organization.Quota;
import dev.muster.server.organization.QuotaUsage;
import dev.muster.server.platform.OrganizationId;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import org.jdbi.v3.core.Handle;

/// Counts the enrollment tokens that still admit a device.
@Singleton
final class EnrollmentTokenUsageStore implements QuotaUsage {
  private final InstantSource clock;

  EnrollmentTokenUsageStore(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public Quota quota() {
    return Quota.TOKENS;
  }

  @Override
  public long used(Handle handle, OrganizationId organization) {
    return handle
        .createQuery(
            """
            select count(*) from credential.enrollment_token
            where organization_id = :organization and revoked_at is null and expires_at > :now
              and uses < max_uses
            """)
        .bind("organization", organization)
        .bind("now", clock.instant())
        .mapTo(long.class)
        .one();
  }
}
