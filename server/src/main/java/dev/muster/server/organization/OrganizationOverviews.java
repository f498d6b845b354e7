package dev.muster.server.organization;

import dev.muster.protocol.Json;
import dev.muster.server.audit.Audit;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// An organization with what it may have and has, for those who run the server and for itself.
@Singleton
public final class OrganizationOverviews {
  /// @param allowScripts whether its devices may be told to run scripts
  /// @param rowsLeft of its erasure, about; null when it is not being erased
  public record Overview(
      Organization organization,
      Quotas.Standing quotas,
      boolean allowScripts,
      @Nullable Long rowsLeft) {}

  /// What is to change; a name that is null stays, and so does a quota that is missing.
  ///
  /// @param quotas 0 is without limit, null is the server's own limit again
  public record Change(@Nullable String name, Map<Quota, @Nullable Long> quotas) {
    public Change {
      quotas = new HashMap<>(quotas); // Map.copyOf takes no null
    }
  }

  private final Database database;
  private final Quotas quotas;
  private final Audit audit;

  public OrganizationOverviews(Database database, Quotas quotas, Audit audit) {
    this.database = database;
    this.quotas = quotas;
    this.audit = audit;
  }

  /// @throws Refusal `not found`
  public Overview show(Caller caller, OrganizationId id) {
    caller.require(Right.WRITE_ORGANIZATIONS);
    return database.in(id, handle -> overview(handle, id));
  }

  /// The caller's own organization.
  public Overview own(Caller caller) {
    caller.require(Right.READ);
    return database.in(caller.organization(), handle -> overview(handle, caller.organization()));
  }

  /// Lets devices of the caller's own organization be told to run scripts, or not any more. What is
  /// so already leaves no trace.
  public Overview allowScripts(Caller caller, boolean allowed) {
    caller.require(Right.WRITE_SETTINGS);
    OrganizationId id = caller.organization();
    return database.in(
        id,
        handle -> {
          var _ = OrganizationStore.lock(handle, id);
          if (OrganizationStore.allowsScripts(handle, id) != allowed) {
            OrganizationStore.allowScripts(handle, id, allowed);
            audit.record(
                handle,
                caller,
                dev.muster.server.audit.Change.of("organization.changed", "organization", id)
                    .from(scripts(!allowed))
                    .to(scripts(allowed)));
          }
          return overview(handle, id);
        });
  }

  private static Json.Obj scripts(boolean allowed) {
    return Json.obj(Map.of("allow_scripts", Json.of(allowed)));
  }

  /// A quota below what there is takes nothing away, and lets nothing more in.
  ///
  /// @throws Refusal `not found`
  public Overview change(Caller caller, OrganizationId id, Change change) {
    caller.require(Right.WRITE_ORGANIZATIONS);
    return database.in(
        id,
        handle -> {
          Organization before =
              OrganizationStore.lock(handle, id)
                  .orElseThrow(() -> Refusal.notFound("organization"));
          Json.Obj old = told(before, QuotaStore.overrides(handle, id));
          String name = change.name();
          if (name != null) {
            OrganizationStore.rename(handle, id, name);
          }
          change.quotas().forEach((quota, limit) -> QuotaStore.override(handle, id, quota, limit));
          Overview after = overview(handle, id);
          audit.record(
              handle,
              id,
              caller,
              dev.muster.server.audit.Change.of("organization.changed", "organization", id)
                  .from(old)
                  .to(told(after.organization(), after.quotas().overrides())));
          return after;
        });
  }

  private Overview overview(Handle handle, OrganizationId id) {
    Organization organization =
        OrganizationStore.find(handle, id).orElseThrow(() -> Refusal.notFound("organization"));
    return new Overview(
        organization,
        quotas.standing(handle, id),
        OrganizationStore.allowsScripts(handle, id),
        rowsLeft(handle, id));
  }

  private static @Nullable Long rowsLeft(Handle handle, OrganizationId id) {
    ErasureStore.Erasing erasing = ErasureStore.find(handle, id).orElse(null);
    Long all = erasing == null ? null : erasing.toErase();
    return erasing == null || all == null
        ? null
        : Long.valueOf(Math.max(0, all - erasing.erased()));
  }

  private static Json.Obj told(Organization organization, Map<Quota, Long> overrides) {
    Map<String, Json> limits = new TreeMap<>();
    for (Quota quota : Quota.values()) {
      Long limit = overrides.get(quota);
      limits.put(quota.wireName(), limit == null ? Json.NULL : Json.of(limit));
    }
    return Json.obj(Map.of("name", Json.of(organization.name()), "quotas", Json.obj(limits)));
  }
}
