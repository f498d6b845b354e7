package dev.muster.server.organization;

import dev.muster.server.platform.OrganizationId;
import java.util.EnumMap;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The SQL of quotas.
final class QuotaStore {
  private QuotaStore() {}

  /// The limits that are set for the organization; the others are missing.
  static Map<Quota, Long> overrides(Handle handle, OrganizationId organization) {
    Map<Quota, Long> limits = new EnumMap<>(Quota.class);
    handle
        .createQuery(
            """
            select quota_devices, quota_tokens, quota_storage_bytes, quota_attachment_bytes
            from organization.organization where id = :organization
            """)
        .bind("organization", organization)
        .map((row, _) -> {
          for (Quota quota : Quota.values()) {
            long limit = row.getLong("quota_" + quota.wireName());
            if (!row.wasNull()) {
              limits.put(quota, limit);
            }
          }
          return limits;
        })
        .findOne();
    return limits;
  }

  static void override(
      Handle handle, OrganizationId organization, Quota quota, @Nullable Long limit) {
    handle
        .createUpdate(
            "update organization.organization set quota_"
                + quota.wireName()
                + " = :limit where id = :organization")
        .bindByType("limit", limit, Long.class)
        .bind("organization", organization)
        .execute();
  }

  /// How many transactions can run at once on all nodes together: each has a connection.
  static long mostTransactions(Handle handle) {
    return handle
        .createQuery("select cast(current_setting('max_connections') as bigint)")
        .mapTo(long.class)
        .one();
  }

  /// To be held to the end of the transaction beside others who do the same; false when somebody
  /// counts, or waits to.
  static boolean tryShare(Handle handle, OrganizationId organization, Quota quota) {
    return handle
        .createQuery("select pg_try_advisory_xact_lock_shared(hashtextextended(:name, 0))")
        .bind("name", name(organization, quota))
        .mapTo(boolean.class)
        .one();
  }

  /// Waits until all who share have ended, and lets nobody add to the end of the transaction.
  static void lock(Handle handle, OrganizationId organization, Quota quota) {
    handle.execute(
        "select pg_advisory_xact_lock(hashtextextended(?, 0))", name(organization, quota));
  }

  private static String name(OrganizationId organization, Quota quota) {
    return "muster.quota:" + organization + ":" + quota.wireName();
  }
}
