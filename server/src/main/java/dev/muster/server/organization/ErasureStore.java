package dev.muster.server.organization;

import dev.muster.server.organization.TenantTables.Reference;
import dev.muster.server.platform.OrganizationId;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The SQL by which an organization goes. Its tables are those of the catalogue that say whose each
/// row is, so that one which is added later is not forgotten.
final class ErasureStore {
  /// The log is deleted by the room that keeps it; other tables need no word here.
  private static final String KEPT_BY_OTHERS = "audit";

  /// An organization that is being erased.
  ///
  /// @param toErase null before its rows were counted
  record Erasing(OrganizationId organization, Instant since, @Nullable Long toErase, long erased) {}

  /// Partitions one by one: rows of several have the same place (`ctid`).
  private static final String TENANT_TABLES =
      """
      select c.oid, format('%I.%I', n.nspname, c.relname) as name, n.nspname as schema
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attname = 'organization_id' and not a.attisdropped
      where c.relkind = 'r'
        and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
      """;

  private static final int MOST_COUNTED = 1_000_000;

  private ErasureStore() {}

  static List<OrganizationId> closed(Handle handle) {
    return handle
        .createQuery("select id from organization.organization where erasing_since is not null")
        .mapTo(UUID.class)
        .map(OrganizationId::new)
        .list();
  }

  static void close(Handle handle, OrganizationId organization, Instant now) {
    handle.execute(
        "update organization.organization set erasing_since = ? where id = ?", now, organization);
  }

  /// The oldest one that is closed.
  static Optional<Erasing> next(Handle handle) {
    return find(handle, "erasing_since is not null order by erasing_since, id limit 1", null);
  }

  static Optional<Erasing> find(Handle handle, OrganizationId organization) {
    return find(handle, "id = :id and erasing_since is not null", organization);
  }

  private static Optional<Erasing> find(
      Handle handle, String which, @Nullable OrganizationId organization) {
    var query =
        handle.createQuery(
            "select id, erasing_since, rows_to_erase, rows_erased from organization.organization where "
                + which);
    if (organization != null) {
      query.bind("id", organization);
    }
    return query
        .map((row, _) ->
            new Erasing(
                new OrganizationId(row.getObject("id", UUID.class)),
                row.getObject("erasing_since", OffsetDateTime.class).toInstant(),
                row.getObject("rows_to_erase", Long.class),
                row.getLong("rows_erased")))
        .findOne();
  }

  /// All tables that say whose each row is.
  static List<String> allTables(Handle handle) {
    return handle
        .createQuery("select name from (" + TENANT_TABLES + ") t order by name")
        .mapTo(String.class)
        .list();
  }

  /// Those that are deleted here, in the order in which they can be.
  static TenantTables tables(Handle handle) {
    List<String> tables =
        handle
            .createQuery(
                "select name from (" + TENANT_TABLES + ") t where schema <> :kept order by name")
            .bind("kept", KEPT_BY_OTHERS)
            .mapTo(String.class)
            .list();
    List<Reference> references =
        handle
            .createQuery(
                "with t as ("
                    + TENANT_TABLES
                    + """
                    )
                    select f.name as from_table, r.name as to_table,
                      (select quote_ident(a.attname) from pg_attribute a
                       where a.attrelid = k.conrelid and a.attnum = any(k.conkey) and not a.attnotnull
                       limit 1) as nullable
                    from pg_constraint k
                    join t f on f.oid = k.conrelid
                    join t r on r.oid = k.confrelid
                    where k.contype = 'f'
                    order by 1, 2, 3
                    """)
            .map((row, _) ->
                new Reference(
                    row.getString("from_table"),
                    row.getString("to_table"),
                    row.getString("nullable")))
            .list();
    return TenantTables.inOrder(tables, references);
  }

  /// At most a million: to count all heartbeats of a large fleet takes too long.
  static long count(Handle handle, OrganizationId organization, String table) {
    return handle
        .createQuery(
            "select count(*) from (select from "
                + table
                + " where organization_id = :organization limit :most) t")
        .bind("organization", organization)
        .bind("most", MOST_COUNTED)
        .mapTo(long.class)
        .one();
  }

  static void expect(Handle handle, OrganizationId organization, long rows) {
    handle.execute(
        "update organization.organization set rows_to_erase = ? where id = ?", rows, organization);
  }

  static void detach(Handle handle, OrganizationId organization, Reference reference) {
    handle.execute(
        "update %1$s set %2$s = null where organization_id = ? and %2$s is not null"
            .formatted(reference.from(), reference.nullable()),
        organization);
  }

  /// Deletes some rows of the table, and notes it.
  static int delete(Handle handle, OrganizationId organization, String table, int limit) {
    permitDeletion(handle, organization);
    int deleted =
        handle
            .createUpdate(
                """
                delete from %1$s where organization_id = :organization and ctid = any(array(
                  select ctid from %1$s where organization_id = :organization limit :limit))
                """
                    .formatted(table))
            .bind("organization", organization)
            .bind("limit", limit)
            .execute();
    handle.execute(
        "update organization.organization set rows_erased = rows_erased + ? where id = ?",
        deleted,
        organization);
    return deleted;
  }

  /// For this transaction, what is never changed may be deleted with its organization.
  private static void permitDeletion(Handle handle, OrganizationId organization) {
    handle.execute(
        "select set_config('muster.erasing_organization', ?, true)", organization.toString());
  }

  /// The last row.
  static void deleteOrganization(Handle handle, OrganizationId organization) {
    handle.execute("delete from organization.organization where id = ?", organization);
  }
}
