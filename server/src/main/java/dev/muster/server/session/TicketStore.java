package dev.muster.server.session;

import dev.muster.server.identity.UserId;
import dev.muster.server.platform.OrganizationId;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The SQL of tickets.
final class TicketStore {
  /// Whose ticket it was.
  record Holder(OrganizationId organization, UserId user, @Nullable SessionId session) {}

  private TicketStore() {}

  static void insert(
      Handle handle,
      OrganizationId organization,
      UUID id,
      UserId user,
      @Nullable UUID session,
      Ticket ticket,
      Instant expiresAt) {
    handle
        .createUpdate(
            """
            insert into session.ws_ticket
              (organization_id, id, user_id, session_id, ticket_hash, expires_at)
            values (:organization, :id, :user, :session, :hash, :expiresAt)
            """)
        .bind("organization", organization)
        .bind("id", id)
        .bind("user", user.value())
        .bindByType("session", session, UUID.class)
        .bind("hash", ticket.hash())
        .bind("expiresAt", expiresAt)
        .execute();
  }

  /// Deletes the ticket; of callers at once one gets its holder.
  static Optional<Holder> take(Handle handle, Ticket ticket, Instant now) {
    return handle
        .createQuery(
            """
            with taken as (
              delete from session.ws_ticket where ticket_hash = :hash
              returning organization_id, user_id, session_id, expires_at)
            select organization_id, user_id, session_id from taken where expires_at > :now
            """)
        .bind("hash", ticket.hash())
        .bind("now", now)
        .map((row, _) -> {
          UUID session = row.getObject("session_id", UUID.class);
          return new Holder(
              new OrganizationId(row.getObject("organization_id", UUID.class)),
              new UserId(row.getObject("user_id", UUID.class)),
              session == null ? null : new SessionId(session));
        })
        .findOne();
  }

  static void deleteOf(Handle handle, OrganizationId organization, UserId user) {
    handle
        .createUpdate(
            """
            delete from session.ws_ticket where organization_id = :organization and user_id = :user
            """)
        .bind("organization", organization)
        .bind("user", user.value())
        .execute();
  }

  static void deleteExpired(Handle handle, Instant now) {
    handle
        .createUpdate("delete from session.ws_ticket where expires_at <= :now")
        .bind("now", now)
        .execute();
  }
}
