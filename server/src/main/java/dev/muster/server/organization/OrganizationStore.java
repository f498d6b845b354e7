package dev.muster.server.organization;

import dev.muster.server.platform.OrganizationId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/// The SQL of the room.
final class OrganizationStore {
  private OrganizationStore() {}

  /// Empty only for a home organization when there is one already, or one is being made: then this
  /// waits for its transaction.
  static Optional<Organization> insert(
      Handle handle, OrganizationId id, String name, boolean home, Instant now) {
    return handle
        .createQuery(
            """
            insert into organization.organization (id, name, home, created_at)
            values (:id, :name, :home, :now)
            on conflict (home) where home do nothing
            returning id, name, home, created_at, erasing_since
            """)
        .bind("id", id)
        .bind("name", name)
        .bind("home", home)
        .bind("now", now)
        .map(OrganizationStore::read)
        .findOne();
  }

  static Optional<Organization> find(Handle handle, OrganizationId id) {
    return handle
        .createQuery(
            "select id, name, home, created_at, erasing_since from organization.organization where id = :id")
        .bind("id", id)
        .map(OrganizationStore::read)
        .findOne();
  }

  static Optional<Organization> findHome(Handle handle) {
    return handle
        .createQuery(
            "select id, name, home, created_at, erasing_since from organization.organization where home")
        .map(OrganizationStore::read)
        .findOne();
  }

  /// Until the end of the transaction nobody else changes or erases it.
  static Optional<Organization> lock(Handle handle, OrganizationId id) {
    return handle
        .createQuery(
            """
            select id, name, home, created_at, erasing_since from organization.organization
            where id = :id for no key update
            """)
        .bind("id", id)
        .map(OrganizationStore::read)
        .findOne();
  }

  static void rename(Handle handle, OrganizationId id, String name) {
    handle.execute("update organization.organization set name = ? where id = ?", name, id);
  }

  static boolean allowsScripts(Handle handle, OrganizationId id) {
    return handle
        .createQuery("select allow_scripts from organization.organization where id = :id")
        .bind("id", id)
        .mapTo(boolean.class)
        .findOne()
        .orElse(false);
  }

  static void allowScripts(Handle handle, OrganizationId id, boolean allowed) {
    handle.execute(
        "update organization.organization set allow_scripts = ? where id = ?", allowed, id);
  }

  static long count(Handle handle) {
    return handle
        .createQuery("select count(*) from organization.organization")
        .mapTo(Long.class)
        .one();
  }

  static List<Organization> page(Handle handle, int limit, int offset) {
    return handle
        .createQuery(
            """
            select id, name, home, created_at, erasing_since from organization.organization
            order by id limit :limit offset :offset
            """)
        .bind("limit", limit)
        .bind("offset", offset)
        .map(OrganizationStore::read)
        .list();
  }

  private static Organization read(ResultSet row, StatementContext context) throws SQLException {
    return new Organization(
        new OrganizationId(row.getObject("id", UUID.class)),
        row.getString("name"),
        row.getBoolean("home"),
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        instant(row.getObject("erasing_since", OffsetDateTime.class)));
  }

  static @Nullable Instant instant(@Nullable OffsetDateTime time) {
    return time == null ? null : time.toInstant();
  }
}
