package dev.muster.server.platform;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/// The SQL of idempotency keys.
final class IdempotencyStore {
  /// A key that is taken.
  ///
  /// @param fingerprint of the request
  /// @param over whether the request has ended; if it is not answered then, it never will be
  record Row(UUID claimId, String fingerprint, Instant claimedAt, boolean over, boolean answered) {}

  private IdempotencyStore() {}

  /// Whether no other transaction works under this key at the moment; if so, none does until the
  /// end of this one. Not to wait, because whoever sends a key twice at once wants an answer.
  static boolean tryLock(Handle handle, Idempotency.Key key) {
    return handle
        .createQuery("select pg_try_advisory_xact_lock(hashtextextended(:name, 0))")
        .bind(
            "name",
            "muster.idempotency:"
                + key.organization()
                + ":"
                + key.callerKind()
                + ":"
                + key.callerId()
                + ":"
                + key.text())
        .mapTo(boolean.class)
        .one();
  }

  /// A row that was made after `oldest`.
  static Optional<Row> find(Handle handle, Idempotency.Key key, Instant oldest) {
    return bind(
            handle.createQuery(
                """
                select claim_id, fingerprint, claimed_at, ended_at is not null as over,
                       sealed_answer is not null as answered
                from platform.idempotency
                where organization_id = :organization and caller_kind = :kind and caller_id = :caller
                  and key = :key and claimed_at > :oldest
                """),
            key)
        .bind("oldest", oldest)
        .map(IdempotencyStore::row)
        .findOne();
  }

  static byte[] sealedAnswer(Handle handle, Idempotency.Key key, UUID claimId) {
    return bind(
            handle.createQuery(
                """
                select sealed_answer from platform.idempotency
                where organization_id = :organization and caller_kind = :kind and caller_id = :caller
                  and key = :key and claim_id = :claim
                """),
            key)
        .bind("claim", claimId)
        .mapTo(byte[].class)
        .one();
  }

  /// Takes the key, or takes it over from a request made at or before `oldest`. False when another
  /// request has it.
  static boolean insert(
      Handle handle,
      Idempotency.Key key,
      UUID claimId,
      String fingerprint,
      Instant now,
      Instant oldest) {
    return bind(
                handle.createUpdate(
                    """
                    insert into platform.idempotency as i
                      (organization_id, caller_kind, caller_id, key, claim_id, fingerprint, claimed_at)
                    values (:organization, :kind, :caller, :key, :claim, :fingerprint, :now)
                    on conflict (organization_id, caller_kind, caller_id, key) do update
                    set claim_id = excluded.claim_id, fingerprint = excluded.fingerprint,
                        claimed_at = excluded.claimed_at, ended_at = null, sealed_answer = null
                    where i.claimed_at <= :oldest
                    """),
                key)
            .bind("claim", claimId)
            .bind("fingerprint", fingerprint)
            .bind("now", now)
            .bind("oldest", oldest)
            .execute()
        == 1;
  }

  /// Ends the request of this claim; without effect when its row never came to be, or is another's.
  static void end(
      Handle handle,
      Idempotency.Key key,
      UUID claimId,
      byte @Nullable [] sealedAnswer,
      Instant now) {
    bind(
            handle.createUpdate(
                """
                update platform.idempotency set ended_at = :now, sealed_answer = :answer
                where organization_id = :organization and caller_kind = :kind and caller_id = :caller
                  and key = :key and claim_id = :claim
                """),
            key)
        .bind("claim", claimId)
        .bindByType("answer", sealedAnswer, byte[].class)
        .bind("now", now)
        .execute();
  }

  /// Whether the transaction has written or locked anything so far.
  static boolean hasWritten(Handle handle) {
    return handle
        .createQuery("select pg_current_xact_id_if_assigned() is not null")
        .mapTo(boolean.class)
        .one();
  }

  static void forget(Handle handle, OrganizationId organization, UUID callerId) {
    handle.execute(
        "delete from platform.idempotency where organization_id = ? and caller_id = ?",
        organization,
        callerId);
  }

  static int deleteExpired(Handle handle, Instant oldest, int limit) {
    return handle.execute(
        """
        delete from platform.idempotency where (organization_id, caller_kind, caller_id, key) in (
          select organization_id, caller_kind, caller_id, key from platform.idempotency
          where claimed_at <= ? order by claimed_at limit ?)
        """,
        oldest,
        limit);
  }

  private static <S extends SqlStatement<S>> S bind(S statement, Idempotency.Key key) {
    return statement
        .bind("organization", key.organization())
        .bind("kind", key.callerKind())
        .bind("caller", key.callerId())
        .bind("key", key.text());
  }

  private static Row row(ResultSet row, StatementContext context) throws SQLException {
    return new Row(
        row.getObject("claim_id", UUID.class),
        row.getString("fingerprint"),
        row.getObject("claimed_at", OffsetDateTime.class).toInstant(),
        row.getBoolean("over"),
        row.getBoolean("answered"));
  }
}
