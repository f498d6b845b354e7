package dev.muster.server.identity;

import dev.muster.server.platform.OrganizationId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The SQL of API keys.
final class ApiKeyStore {
  /// A key with what it is checked against.
  record Row(OrganizationId organization, ApiKey key, String secretHash) {}

  private ApiKeyStore() {}

  static void insert(Handle handle, OrganizationId organization, ApiKey key, String secretHash) {
    handle
        .createUpdate(
            """
            insert into identity.api_key
              (organization_id, id, name, secret_hash, scopes, created_by, created_at, expires_at)
            values (:organization, :id, :name, :hash, :scopes, :createdBy, :createdAt, :expiresAt)
            """)
        .bind("organization", organization)
        .bind("id", key.id())
        .bind("name", key.name())
        .bind("hash", secretHash)
        .bindArray("scopes", String.class, key.scopes().stream().map(Scope::wireName).toList())
        .bind("createdBy", key.createdBy().value())
        .bind("createdAt", key.createdAt())
        .bindByType("expiresAt", key.expiresAt(), Instant.class)
        .execute();
  }

  /// In whatever organization the transaction sees.
  static Optional<Row> find(Handle handle, UUID id) {
    return handle
        .createQuery("select * from identity.api_key where id = :id")
        .bind("id", id)
        .map((row, _) ->
            new Row(
                new OrganizationId(row.getObject("organization_id", UUID.class)),
                read(row),
                row.getString("secret_hash")))
        .findOne();
  }

  static long count(Handle handle, OrganizationId organization) {
    return handle
        .createQuery("select count(*) from identity.api_key where organization_id = :organization")
        .bind("organization", organization)
        .mapTo(Long.class)
        .one();
  }

  /// Newest first.
  static List<ApiKey> page(Handle handle, OrganizationId organization, int limit, int offset) {
    return handle
        .createQuery(
            """
            select * from identity.api_key where organization_id = :organization
            order by id desc limit :limit offset :offset
            """)
        .bind("organization", organization)
        .bind("limit", limit)
        .bind("offset", offset)
        .map((row, _) -> read(row))
        .list();
  }

  /// Whether this call is the one that revokes the key.
  static boolean revoke(Handle handle, OrganizationId organization, UUID id, Instant now) {
    return handle.execute(
            """
            update identity.api_key set revoked_at = ?
            where organization_id = ? and id = ? and revoked_at is null
            """,
            now,
            organization,
            id)
        == 1;
  }

  /// Notes a use, unless one after `unlessAfter` is noted already.
  static void used(
      Handle handle, OrganizationId organization, UUID id, Instant now, Instant unlessAfter) {
    handle.execute(
        """
        update identity.api_key set last_used_at = ?
        where organization_id = ? and id = ? and (last_used_at is null or last_used_at <= ?)
        """,
        now,
        organization,
        id,
        unlessAfter);
  }

  private static ApiKey read(ResultSet row) throws SQLException {
    return new ApiKey(
        row.getObject("id", UUID.class),
        row.getString("name"),
        scopes((String[]) row.getArray("scopes").getArray()),
        new UserId(row.getObject("created_by", UUID.class)),
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        instant(row, "expires_at"),
        instant(row, "last_used_at"),
        instant(row, "revoked_at"));
  }

  /// A name that this version does not know gives nothing.
  private static Set<Scope> scopes(String[] names) {
    Set<Scope> scopes = EnumSet.noneOf(Scope.class);
    for (String name : names) {
      Scope.named(name).ifPresent(scopes::add);
    }
    return scopes;
  }

  private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }
}
