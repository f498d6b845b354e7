package dev.muster.server.credential;

import dev.muster.server.platform.OrganizationId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The SQL of enrollment tokens.
final class EnrollmentTokenStore {
  /// A token with what proves it.
  record Row(OrganizationId organization, EnrollmentToken token, String hash) {}

  private static final String COLUMNS =
      """
      select organization_id, id, name, max_uses, uses, created_at, expires_at, revoked_at, secret_hash
      from credential.enrollment_token
      """;

  private EnrollmentTokenStore() {}

  static void insert(
      Handle handle, OrganizationId organization, EnrollmentToken token, String hash) {
    handle
        .createUpdate(
            """
            insert into credential.enrollment_token
              (organization_id, id, name, secret_hash, max_uses, created_at, expires_at)
            values (:organization, :id, :name, :hash, :maxUses, :createdAt, :expiresAt)
            """)
        .bind("organization", organization)
        .bind("id", token.id())
        .bind("name", token.name())
        .bind("hash", hash)
        .bind("maxUses", token.maxUses())
        .bind("createdAt", token.createdAt())
        .bind("expiresAt", token.expiresAt())
        .execute();
  }

  /// In whatever organization it is.
  static Optional<Row> find(Handle handle, UUID id) {
    return handle
        .createQuery(COLUMNS + "where id = :id")
        .bind("id", id)
        .map((row, _) -> row(row))
        .findOne();
  }

  /// Locked until the end of the transaction.
  static Optional<Row> lock(Handle handle, OrganizationId organization, UUID id) {
    return handle
        .createQuery(
            COLUMNS + "where organization_id = :organization and id = :id for no key update")
        .bind("organization", organization)
        .bind("id", id)
        .map((row, _) -> row(row))
        .findOne();
  }

  /// Newest first.
  static List<EnrollmentToken> list(
      Handle handle, OrganizationId organization, int offset, int limit) {
    return handle
        .createQuery(
            COLUMNS
                + """
                where organization_id = :organization
                order by id desc
                offset :offset limit :limit
                """)
        .bind("organization", organization)
        .bind("offset", offset)
        .bind("limit", limit)
        .map((row, _) -> row(row).token())
        .list();
  }

  static long count(Handle handle, OrganizationId organization) {
    return handle
        .createQuery(
            "select count(*) from credential.enrollment_token where organization_id = :organization")
        .bind("organization", organization)
        .mapTo(long.class)
        .one();
  }

  static void revoke(Handle handle, OrganizationId organization, UUID id, Instant now) {
    handle.execute(
        """
        update credential.enrollment_token set revoked_at = ?
        where organization_id = ? and id = ? and revoked_at is null
        """,
        now,
        organization,
        id);
  }

  static void countUse(Handle handle, OrganizationId organization, UUID id) {
    handle.execute(
        """
        update credential.enrollment_token set uses = uses + 1
        where organization_id = ? and id = ?
        """,
        organization,
        id);
  }

  static boolean hasAdmitted(
      Handle handle, OrganizationId organization, UUID id, String hardwareId) {
    return handle
        .createQuery(
            """
            select exists (
              select from credential.enrollment_use
              where organization_id = :organization and token_id = :id and hardware_id = :hardwareId)
            """)
        .bind("organization", organization)
        .bind("id", id)
        .bind("hardwareId", hardwareId)
        .mapTo(boolean.class)
        .one();
  }

  static void admit(
      Handle handle, OrganizationId organization, UUID id, String hardwareId, Instant now) {
    handle.execute(
        """
        insert into credential.enrollment_use (organization_id, token_id, hardware_id, at)
        values (?, ?, ?, ?)
        """,
        organization,
        id,
        hardwareId,
        now);
  }

  private static Row row(ResultSet row) throws SQLException {
    return new Row(
        new OrganizationId(row.getObject("organization_id", UUID.class)),
        new EnrollmentToken(
            row.getObject("id", UUID.class),
            row.getString("name"),
            row.getInt("max_uses"),
            row.getInt("uses"),
            row.getObject("created_at", OffsetDateTime.class).toInstant(),
            row.getObject("expires_at", OffsetDateTime.class).toInstant(),
            instant(row.getObject("revoked_at", OffsetDateTime.class))),
        row.getString("secret_hash"));
  }

  private static @Nullable Instant instant(@Nullable OffsetDateTime time) {
    return time == null ? null : time.toInstant();
  }
}
