package dev.muster.server.identity;

import dev.muster.server.organization.Quota;
import dev.muster.server.organization.QuotaUsage;
import dev.muster.server.platform.OrganizationId;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import org.jdbi.v3.core.Handle;

/// Counts the API keys that are still good.
@Singleton
final class ApiKeyUsageStore implements QuotaUsage {
  private final InstantSource clock;

  ApiKeyUsageStore(InstantSource clock) {
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
            select count(*) from identity.api_key
            where organization_id = :organization and revoked_at is null
              and (expires_at is null or expires_at > :now)
            """)
        .bind("organization", organization)
        .bind("now", clock.instant())
        .mapTo(long.class)
        .one();
  }
}
