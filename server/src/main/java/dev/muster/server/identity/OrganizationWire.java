package dev.muster.server.identity;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.muster.server.organization.Organization;
import dev.muster.server.organization.OrganizationOverviews.Change;
import dev.muster.server.organization.OrganizationOverviews.Overview;
import dev.muster.server.organization.Quota;
import dev.muster.server.platform.Refusal;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The shapes of organizations in JSON.
final class OrganizationWire {
  private static final String LIMIT_RULE =
      "must be a whole number from 0 (without limit), or null for the server's own limit";

  private OrganizationWire() {}

  @JsonNaming(SnakeCaseStrategy.class)
  record OrganizationBody(String id, String name, boolean home, Instant createdAt, String state) {
    static OrganizationBody of(Organization organization) {
      return new OrganizationBody(
          organization.id().toString(),
          organization.name(),
          organization.home(),
          organization.createdAt(),
          stateOf(organization));
    }
  }

  /// @param allowScripts whether its devices may be told to run scripts
  /// @param quotas what holds, 0 is without limit
  /// @param quotaOverrides what is set for this organization; null where the server's own limit
  ///   holds
  /// @param rowsLeft about how many rows are still to be erased
  @JsonNaming(SnakeCaseStrategy.class)
  record OverviewBody(
      String id,
      String name,
      boolean home,
      Instant createdAt,
      String state,
      boolean allowScripts,
      @Nullable @JsonInclude(JsonInclude.Include.NON_NULL) Long rowsLeft,
      Map<String, Long> quotas,
      Map<String, @Nullable Long> quotaOverrides,
      Map<String, Long> usage) {
    static OverviewBody of(Overview overview) {
      Organization organization = overview.organization();
      Map<String, Long> limits = new TreeMap<>();
      Map<String, @Nullable Long> overrides = new TreeMap<>();
      Map<String, Long> usage = new TreeMap<>();
      for (Quota quota : Quota.values()) {
        limits.put(quota.wireName(), overview.quotas().limits().getOrDefault(quota, 0L));
        overrides.put(quota.wireName(), overview.quotas().overrides().get(quota));
        usage.put(quota.wireName(), overview.quotas().usage().getOrDefault(quota, 0L));
      }
      return new OverviewBody(
          organization.id().toString(),
          organization.name(),
          organization.home(),
          organization.createdAt(),
          stateOf(organization),
          overview.allowScripts(),
          overview.rowsLeft(),
          limits,
          overrides,
          usage);
    }
  }

  private static String stateOf(Organization organization) {
    return organization.erasingSince() == null ? "active" : "erasing";
  }

  record ChangeBody(
      @Nullable
          @Pattern(regexp = "(?s).*\\S.*", message = "must not be empty")
          @Size(max = Organization.LONGEST_NAME, message = "must have {max} characters at the most")
          String name,
      @Nullable Map<String, @Nullable Long> quotas) {
    Change change() {
      Map<Quota, @Nullable Long> limits = new HashMap<>();
      if (quotas != null) {
        for (Quota quota : Quota.values()) {
          if (quotas.containsKey(quota.wireName())) {
            Long limit = quotas.get(quota.wireName());
            if (limit != null && limit < 0) {
              throw Refusal.invalid("quotas." + quota.wireName(), LIMIT_RULE);
            }
            limits.put(quota, limit);
          }
        }
      }
      return new Change(name == null ? null : name.strip(), limits);
    }
  }

  @JsonNaming(SnakeCaseStrategy.class)
  record OwnChangeBody(@NotNull(message = "must be true or false") Boolean allowScripts) {}

  @JsonNaming(SnakeCaseStrategy.class)
  record ErasureBody(
      @NotNull(message = "must be the name of the organization, exactly") String confirmName) {}
}
