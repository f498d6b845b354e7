package dev.muster.server.session;

import dev.muster.server.identity.UserId;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/// The SQL of sessions and their refresh tokens.
final class SessionStore {
  enum EndReason {
    LOGOUT,
    REUSE,
    ACCESS_LOST,
    PASSWORD_CHANGED,
    REVOKED;

    String column() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// A refresh token as stored.
  record Stored(
      OrganizationId organization, UUID id, SessionId session, UserId user, Instant expiresAt) {}

  private SessionStore() {}

  static void insertSession(Handle handle, OrganizationId organization, Session session) {
    handle
        .createUpdate(
            """
            insert into session.session
              (organization_id, id, user_id, created_at, expires_at, address, user_agent)
            values (:organization, :id, :user, :createdAt, :expiresAt, :address, :userAgent)
            """)
        .bind("organization", organization)
        .bind("id", session.id().value())
        .bind("user", session.user().value())
        .bind("createdAt", session.createdAt())
        .bind("expiresAt", session.expiresAt())
        .bindByType("address", session.address(), String.class)
        .bindByType("userAgent", session.userAgent(), String.class)
        .execute();
  }

  /// The sessions of a user that have not ended, newest first.
  static List<Session> live(Handle handle, OrganizationId organization, UserId user, Instant now) {
    return handle
        .createQuery(
            """
            select * from session.session
            where organization_id = :organization and user_id = :user
              and ended_at is null and expires_at > :now
            order by id desc
            """)
        .bind("organization", organization)
        .bind("user", user.value())
        .bind("now", now)
        .map(SessionStore::readSession)
        .list();
  }

  static boolean isLive(Handle handle, OrganizationId organization, SessionId id) {
    return handle
        .createQuery(
            """
            select 1 from session.session
            where organization_id = :organization and id = :id and ended_at is null
            """)
        .bind("organization", organization)
        .bind("id", id.value())
        .mapTo(Integer.class)
        .findOne()
        .isPresent();
  }

  static void insertToken(
      Handle handle,
      OrganizationId organization,
      SessionId session,
      RefreshToken token,
      Instant now,
      Instant expiresAt) {
    handle
        .createUpdate(
            """
            insert into session.refresh_token
              (organization_id, id, session_id, token_hash, created_at, expires_at)
            values (:organization, :id, :session, :hash, :now, :expiresAt)
            """)
        .bind("organization", organization)
        .bind("id", Ids.next())
        .bind("session", session.value())
        .bind("hash", token.hash())
        .bind("now", now)
        .bind("expiresAt", expiresAt)
        .execute();
  }

  /// A session that was refreshed lives until `expiresAt`.
  static void lengthen(
      Handle handle, OrganizationId organization, SessionId id, Instant now, Instant expiresAt) {
    handle.execute(
        """
        update session.session set refreshed_at = ?, expires_at = ?
        where organization_id = ? and id = ?
        """,
        now,
        expiresAt,
        organization,
        id.value());
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

  /// Whether this call is the one that ends the session.
  static boolean end(
      Handle handle, OrganizationId organization, SessionId id, EndReason reason, Instant now) {
    return handle.execute(
            """
            update session.session set ended_at = ?, end_reason = ?
            where organization_id = ? and id = ? and ended_at is null
            """,
            now,
            reason.column(),
            organization,
            id.value())
        == 1;
  }

  /// Ends the sessions of the user, all or all but one, and returns them.
  static List<SessionId> endAll(
      Handle handle,
      OrganizationId organization,
      UserId user,
      @Nullable SessionId but,
      EndReason reason,
      Instant now) {
    return handle
        .createQuery(
            """
            update session.session set ended_at = :now, end_reason = :reason
            where organization_id = :organization and user_id = :user and ended_at is null
              and id is distinct from :but
            returning id
            """)
        .bind("organization", organization)
        .bind("user", user.value())
        .bindByType("but", but == null ? null : but.value(), UUID.class)
        .bind("reason", reason.column())
        .bind("now", now)
        .mapTo(UUID.class)
        .map(SessionId::new)
        .list();
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

  private static Session readSession(ResultSet row, StatementContext context) throws SQLException {
    return new Session(
        new SessionId(row.getObject("id", UUID.class)),
        new UserId(row.getObject("user_id", UUID.class)),
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        instant(row, "refreshed_at"),
        row.getObject("expires_at", OffsetDateTime.class).toInstant(),
        row.getString("address"),
        row.getString("user_agent"));
  }

  private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
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
