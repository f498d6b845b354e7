package dev.muster.server.action;

import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.OrganizationId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The SQL of attempts.
final class AttemptStore {
  private static final String SELECT =
      """
      select action_id, request_id, device_id, number, began_at, delivered_at, ended_at, outcome, message,
        answer, answered_at, finished_at
      from action.attempt
      """;

  private AttemptStore() {}

  /// The attempt that the action is at begins.
  static void begin(Handle handle, Action action, Instant now) {
    handle
        .createUpdate(
            """
            insert into action.attempt (organization_id, request_id, action_id, device_id, number, began_at)
            values (:organization, :request, :action, :device, :number, :now)
            """)
        .bind("organization", action.organization())
        .bind("request", action.requestId())
        .bind("action", action.id().value())
        .bind("device", action.device().value())
        .bind("number", action.run().attempt())
        .bind("now", now)
        .execute();
  }

  static void deliver(Handle handle, Action action, Instant now) {
    handle
        .createUpdate(
            """
            update action.attempt set delivered_at = coalesce(delivered_at, :now)
            where organization_id = :organization and request_id = :request
            """)
        .bind("organization", action.organization())
        .bind("request", action.requestId())
        .bind("now", now)
        .execute();
  }

  /// The attempt that the action is at is over, unless it is already.
  static void end(
      Handle handle,
      Action action,
      Attempt.Outcome outcome,
      @Nullable String message,
      Instant now) {
    handle
        .createUpdate(
            """
            update action.attempt set ended_at = :now, outcome = :outcome, message = :message
            where organization_id = :organization and request_id = :request and ended_at is null
            """)
        .bind("organization", action.organization())
        .bind("request", action.requestId())
        .bind("outcome", outcome.name())
        .bindByType("message", message, String.class)
        .bind("now", now)
        .execute();
  }

  /// Notes what the device answered, whatever has become of the attempt meanwhile.
  static void answer(Handle handle, OrganizationId organization, DeviceResult result, Instant now) {
    handle
        .createUpdate(
            """
            update action.attempt set answer = :answer, answered_at = :now, finished_at = :finished
            where organization_id = :organization and request_id = :request and answered_at is null
            """)
        .bind("organization", organization)
        .bind("request", result.requestId())
        .bind("answer", result.word())
        .bindByType("finished", result.finishedAt(), Instant.class)
        .bind("now", now)
        .execute();
  }

  static Optional<Attempt> find(Handle handle, OrganizationId organization, String requestId) {
    return handle
        .createQuery(SELECT + "where organization_id = :organization and request_id = :request")
        .bind("organization", organization)
        .bind("request", requestId)
        .map((row, _) -> attempt(row))
        .findOne();
  }

  static List<Attempt> of(Handle handle, OrganizationId organization, ActionId action) {
    return handle
        .createQuery(
            SELECT
                + "where organization_id = :organization and action_id = :action order by number")
        .bind("organization", organization)
        .bind("action", action.value())
        .map((row, _) -> attempt(row))
        .list();
  }

  private static Attempt attempt(ResultSet row) throws SQLException {
    String outcome = row.getString("outcome");
    return new Attempt(
        new ActionId(row.getString("action_id")),
        row.getString("request_id"),
        new DeviceId(row.getObject("device_id", UUID.class)),
        row.getInt("number"),
        ActionStore.instant(row, "began_at"),
        ActionStore.instantOrNull(row, "delivered_at"),
        ActionStore.instantOrNull(row, "ended_at"),
        outcome == null ? null : Attempt.Outcome.valueOf(outcome),
        row.getString("message"),
        row.getString("answer"),
        ActionStore.instantOrNull(row, "answered_at"),
        ActionStore.instantOrNull(row, "finished_at"));
  }
}
