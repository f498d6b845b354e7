package dev.muster.server.organization;

import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Settings;
import io.quarkus.arc.All;
import jakarta.inject.Singleton;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/// The limits on what organizations may have, kept exactly.
///
/// Who adds something writes it, and then asks here, in the same transaction. Near the limit they
/// stand in line and count. Devices come in crowds, and far below the limit nobody may wait: there
/// they hold a lock that all of them share, and it is enough that what is committed leaves room for
/// every transaction that can run at once, because each adds one. Whoever counts takes that lock
/// alone, and so waits for those whom it cannot see yet.
@Singleton
public final class Quotas {
  /// How much there is of each quota, and how much there may be; a limit of 0 is none.
  public record Standing(
      Map<Quota, Long> limits, Map<Quota, Long> overrides, Map<Quota, Long> usage) {}

  private final Settings.Quota defaults;
  private final List<QuotaUsage> usages;

  public Quotas(Settings settings, @All List<QuotaUsage> usages) {
    this.defaults = settings.quota();
    this.usages = List.copyOf(usages);
  }

  /// To be asked after something was added, in the transaction that adds it; one device at most.
  ///
  /// @throws Refusal `quota_exceeded`, which undoes it, when there is more now than there may be
  public void require(Handle handle, OrganizationId organization, Quota quota) {
    long limit = limit(handle, organization, quota);
    if (limit == 0 || (quota.crowded() && isFar(handle, organization, quota, limit))) {
      return;
    }
    QuotaStore.lock(handle, organization, quota);
    long used = used(handle, organization, quota);
    if (used > limit) {
      throw refusal(quota, limit, used);
    }
  }

  /// How much of what was added in this transaction is beyond the quota, and with what words that
  /// is refused.
  public record Surplus(long count, Refusal refusal) {}

  /// Like [#require] for who adds any number at once, and takes away again what there is no room
  /// for: stands in line however far the limit is, because the others count on one each.
  public Optional<Surplus> surplus(Handle handle, OrganizationId organization, Quota quota) {
    long limit = limit(handle, organization, quota);
    if (limit == 0) {
      return Optional.empty();
    }
    QuotaStore.lock(handle, organization, quota);
    long used = used(handle, organization, quota);
    return used <= limit
        ? Optional.empty()
        : Optional.of(new Surplus(used - limit, refusal(quota, limit, limit + 1)));
  }

  /// Looked at first from twice as far, without a lock: whoever would have to count after it has
  /// begun to share could not do both without a deadlock.
  private boolean isFar(Handle handle, OrganizationId organization, Quota quota, long limit) {
    long crowd = QuotaStore.mostTransactions(handle);
    return used(handle, organization, quota) <= limit - 2 * crowd
        && QuotaStore.tryShare(handle, organization, quota)
        && used(handle, organization, quota) <= limit - crowd;
  }

  private static Refusal refusal(Quota quota, long limit, long used) {
    return Refusal.of(
        ErrorCode.QUOTA_EXCEEDED,
        "The organization may have "
            + quota.counted(limit)
            + ", and this would make "
            + used
            + ". "
            + quota.remedy()
            + ", or ask those who run the server for a higher quota ("
            + quota.wireName()
            + ").");
  }

  public Standing standing(Handle handle, OrganizationId organization) {
    Map<Quota, Long> overrides = QuotaStore.overrides(handle, organization);
    Map<Quota, Long> limits = new EnumMap<>(Quota.class);
    Map<Quota, Long> usage = new EnumMap<>(Quota.class);
    for (Quota quota : Quota.values()) {
      limits.put(quota, overrides.getOrDefault(quota, byDefault(quota)));
      usage.put(quota, used(handle, organization, quota));
    }
    return new Standing(limits, overrides, usage);
  }

  private long limit(Handle handle, OrganizationId organization, Quota quota) {
    return QuotaStore.overrides(handle, organization).getOrDefault(quota, byDefault(quota));
  }

  private long byDefault(Quota quota) {
    return switch (quota) {
      case DEVICES -> defaults.devices();
      case TOKENS -> defaults.tokens();
      case STORAGE_BYTES -> defaults.storage().asLongValue();
      case ATTACHMENT_BYTES -> defaults.attachments().asLongValue();
    };
  }

  private long used(Handle handle, OrganizationId organization, Quota quota) {
    return usages.stream()
        .filter(usage -> usage.quota() == quota)
        .mapToLong(usage -> usage.used(handle, organization))
        .sum();
  }
}
