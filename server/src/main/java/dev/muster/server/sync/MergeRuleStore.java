package dev.muster.server.sync;

import dev.muster.protocol.Json;
import dev.muster.server.platform.JsonText;
import dev.muster.server.platform.OrganizationId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/// The SQL of merge rules.
final class MergeRuleStore {
  private static final String ROW =
      "select version, rules from sync.merge_rules where organization_id = :organization";

  private MergeRuleStore() {}

  static RuleBook of(Handle handle, OrganizationId organization) {
    return handle
        .createQuery(ROW)
        .bind("organization", organization)
        .map(MergeRuleStore::book)
        .findOne()
        .orElse(RuleBook.UNCHANGED);
  }

  /// The same, and nobody else changes them until the end of the transaction.
  static RuleBook lock(Handle handle, OrganizationId organization) {
    handle
        .createUpdate(
            """
            insert into sync.merge_rules (organization_id, version, rules) values (:organization, 0, '{}')
            on conflict do nothing
            """)
        .bind("organization", organization)
        .execute();
    return handle
        .createQuery(ROW + " for update")
        .bind("organization", organization)
        .map(MergeRuleStore::book)
        .one();
  }

  /// Writes the rules that the transaction has locked.
  static void write(Handle handle, OrganizationId organization, RuleBook book) {
    Map<String, Json> rules = new TreeMap<>();
    book.rules().forEach((field, rule) -> rules.put(field, Json.of(rule.wireName())));
    handle
        .createUpdate(
            """
            update sync.merge_rules set version = :version, rules = cast(:rules as jsonb)
            where organization_id = :organization
            """)
        .bind("organization", organization)
        .bind("version", book.version())
        .bind("rules", Json.obj(rules).canonical())
        .execute();
  }

  private static RuleBook book(ResultSet row, StatementContext context) throws SQLException {
    return new RuleBook(
        row.getLong("version"), RuleBook.checked(JsonText.parseObject(row.getString("rules"))));
  }
}
