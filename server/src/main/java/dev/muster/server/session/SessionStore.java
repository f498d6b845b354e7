package dev.muster.server.session;

import dev.muster.server.identity.UserId;
import dev.muster.server.platform.OrganizationId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/// The SQL of the room.
final class SessionStore {
  enum EndReason {
    LOGOUT,
    REUSE,
    ACCESS_LOST;

    String column() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// A refresh token as stored.
  record Stored(
      OrganizationId organization, UUID id, SessionId session, UserId user, Instant expiresAt) {}

  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Key(UUID id, byte[] publicKey, byte[] sealedPrivateKey) {}

  private SessionStore() {}

  static void insertSession(
      Handle handle,
      OrganizationId organization,
      SessionId id,
      UserId user,
      Instant now,
      Instant expiresAt) {
    handle
        .createUpdate(
            """
            insert into session.session (organization_id, id, user_id, created_at, expires_at)
            values (:organization, :id, :user, :now, :expiresAt)
            """)
        .bind("organization", organization)
        .bind("id", id.value())
        .bind("user", user.value())
        .bind("now", now)
        .bind("expiresAt", expiresAt)
        .execute();
  }

  /// Adds a token, by which the session lives until `expiresAt`.
  static void insertToken(
      Handle handle,
      OrganizationId organization,
      SessionId session,
      UUID id,
      RefreshToken token,
      Instant now,
      Instant expiresAt) {
    handle
        .createUpdate(
            """
            with lengthened as (
              update session.session set expires_at = :expiresAt
              where organization_id = :organization and id = :session)
            insert into session.refresh_token
              (organization_id, id, session_id, token_hash, created_at, expires_at)
            values (:organization, :id, :session, :hash, :now, :expiresAt)
            """)
        .bind("organization", organization)
        .bind("id", id)
        .bind("session", session.value())
        .bind("hash", token.hash())
        .bind("now", now)
        .bind("expiresAt", expiresAt)
        .execute();
  }

  static Optional<Stored> findToken(Handle handle, RefreshToken token) {
    return handle
        .createQuery(
            """
            select t.organization_id, t.id, t.session_id, s.user_id, t.expires_at
            from session.refresh_token t
            join session.session s on s.organization_id = t.organization_id and s.id = t.session_id
            where t.token_hash = :hash
            """)
        .bind("hash", token.hash())
        .map(SessionStore::read)
        .findOne();
  }

  /// Locks the session, if it has not ended. Whatever reads tokens to decide on them reads them
  /// after this.
  static boolean lockLive(Handle handle, OrganizationId organization, SessionId id) {
    return handle
        .createQuery(
            """
            select 1 from session.session
            where organization_id = :organization and id = :id and ended_at is null
            for update
            """)
        .bind("organization", organization)
        .bind("id", id.value())
        .mapTo(Integer.class)
        .findOne()
        .isPresent();
  }

  /// Whether this call is the one that uses the token up.
  static boolean use(Handle handle, OrganizationId organization, UUID id, Instant now) {
    return handle
            .createUpdate(
                """
                update session.refresh_token set used_at = :now
                where organization_id = :organization and id = :id and used_at is null
                """)
            .bind("organization", organization)
            .bind("id", id)
            .bind("now", now)
            .execute()
        == 1;
  }

  static void end(
      Handle handle, OrganizationId organization, SessionId id, EndReason reason, Instant now) {
    handle
        .createUpdate(
            """
            update session.session set ended_at = :now, end_reason = :reason
            where organization_id = :organization and id = :id and ended_at is null
            """)
        .bind("organization", organization)
        .bind("id", id.value())
        .bind("reason", reason.column())
        .bind("now", now)
        .execute();
  }

  static void endAll(
      Handle handle, OrganizationId organization, UserId user, EndReason reason, Instant now) {
    handle
        .createUpdate(
            """
            update session.session set ended_at = :now, end_reason = :reason
            where organization_id = :organization and user_id = :user and ended_at is null
            """)
        .bind("organization", organization)
        .bind("user", user.value())
        .bind("reason", reason.column())
        .bind("now", now)
        .execute();
  }

  /// Deletes all sessions of all organizations; their tokens go with them. Returns how many.
  static int deleteAll(Handle handle) {
    return handle.execute("delete from session.session");
  }

  /// Deletes sessions whose last token has expired, at most `limit`; their tokens go with them.
  static int deleteExpired(Handle handle, Instant now, int limit) {
    return handle
        .createUpdate(
            """
            delete from session.session where (organization_id, id) in (
              select organization_id, id from session.session
              where expires_at < :now limit :limit for update skip locked)
            """)
        .bind("now", now)
        .bind("limit", limit)
        .execute();
  }

  static Optional<Key> findKey(Handle handle) {
    return handle
        .createQuery(
            """
            select id, public_key, sealed_private_key from session.signing_key
            order by id desc limit 1
            """)
        .map((row, _) ->
            new Key(
                row.getObject("id", UUID.class),
                row.getBytes("public_key"),
                row.getBytes("sealed_private_key")))
        .findOne();
  }

  static void insertKey(Handle handle, Key key, Instant now) {
    handle
        .createUpdate(
            """
            insert into session.signing_key
              (id, public_key, sealed_private_key, created_at, signs_from)
            values (:id, :publicKey, :sealedPrivateKey, :now, :now)
            """)
        .bind("id", key.id())
        .bind("publicKey", key.publicKey())
        .bind("sealedPrivateKey", key.sealedPrivateKey())
        .bind("now", now)
        .execute();
  }

  private static Stored read(ResultSet row, StatementContext context) throws SQLException {
    return new Stored(
        new OrganizationId(row.getObject("organization_id", UUID.class)),
        row.getObject("id", UUID.class),
        new SessionId(row.getObject("session_id", UUID.class)),
        new UserId(row.getObject("user_id", UUID.class)),
        row.getObject("expires_at", OffsetDateTime.class).toInstant());
  }
}
