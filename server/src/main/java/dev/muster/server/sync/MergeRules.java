package dev.muster.server.sync;

import dev.muster.protocol.Json;
import dev.muster.server.audit.Audit;
import dev.muster.server.audit.Change;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import jakarta.inject.Singleton;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Which side wins, by field, as each organization wants it. A push that has begun already goes by
/// the rules from before.
@Singleton
public final class MergeRules {
  private final Database database;
  private final Audit audit;

  public MergeRules(Database database, Audit audit) {
    this.database = database;
    this.audit = audit;
  }

  RuleBook show(Caller caller) {
    caller.require(Right.READ);
    OrganizationId organization = caller.organization();
    return database.in(organization, handle -> MergeRuleStore.of(handle, organization));
  }

  /// What is so already leaves no trace.
  ///
  /// @param given by field; one that is missing gets its default
  /// @param version that the caller has seen; null for whichever
  /// @throws Refusal `invalid_fields`, `stale_version`
  RuleBook put(Caller caller, Json.Obj given, @Nullable Long version) {
    caller.require(Right.WRITE_SETTINGS);
    Map<String, MergeRule> wanted = RuleBook.checked(given);
    OrganizationId organization = caller.organization();
    return database.in(
        organization,
        handle -> {
          RuleBook before = MergeRuleStore.lock(handle, organization);
          if (version != null && version != before.version()) {
            throw Refusal.of(
                ErrorCode.STALE_VERSION,
                "The rules are at version %d, and you have seen %d. Read them again."
                    .formatted(before.version(), version));
          }
          if (wanted.equals(before.rules())) {
            return before;
          }
          RuleBook after = new RuleBook(before.version() + 1, wanted);
          MergeRuleStore.write(handle, organization, after);
          audit.record(
              handle,
              caller,
              Change.of("merge_rules.changed", "merge_rules", organization)
                  .from(before.described())
                  .to(after.described()));
          return after;
        });
  }
}
