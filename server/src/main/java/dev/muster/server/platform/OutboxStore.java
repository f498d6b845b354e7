package dev.muster.server.platform;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The SQL of the outbox.
final class OutboxStore {
  record Row(
      UUID id,
      UUID organizationId,
      String listener,
      String type,
      String body,
      int attempts,
      @Nullable String traceparent) {}

  private OutboxStore() {}

  static void insert(Handle handle, Row row, Instant now) {
    handle
        .createUpdate(
            """
            insert into platform.outbox
              (id, organization_id, listener, event_type, body, traceparent, created_at, due_at)
            values (:id, :organization, :listener, :type, cast(:body as jsonb), :traceparent, :now, :now)
            """)
        .bind("id", row.id())
        .bind("organization", row.organizationId())
        .bind("listener", row.listener())
        .bind("type", row.type())
        .bind("body", row.body())
        .bind("traceparent", row.traceparent())
        .bind("now", now)
        .execute();
  }

  /// Takes due rows until `leasedUntil`: who claims them and dies leaves them to be claimed again
  /// then. The attempt counts from here.
  static List<Row> claim(Handle handle, Instant now, Instant leasedUntil, int limit) {
    return handle
        .createQuery(
            """
            update platform.outbox set attempts = attempts + 1, due_at = :leasedUntil
            where id in (
              select id from platform.outbox
              where dead_at is null and due_at <= :now
              order by due_at, id
              limit :limit
              for update skip locked)
            returning id, organization_id, listener, event_type as type, body::text as body, attempts, traceparent
            """)
        .bind("now", now)
        .bind("leasedUntil", leasedUntil)
        .bind("limit", limit)
        .map((row, _) ->
            new Row(
                row.getObject("id", UUID.class),
                row.getObject("organization_id", UUID.class),
                row.getString("listener"),
                row.getString("type"),
                row.getString("body"),
                row.getInt("attempts"),
                row.getString("traceparent")))
        .list();
  }

  static void delete(Handle handle, List<UUID> ids) {
    handle
        .createUpdate("delete from platform.outbox where id = any(:ids)")
        .bindArray("ids", UUID.class, ids)
        .execute();
  }

  static int forgetDead(Handle handle, Instant before, int limit) {
    return handle
        .createUpdate(
            """
            delete from platform.outbox where id in (
              select id from platform.outbox where dead_at < :before limit :limit)
            """)
        .bind("before", before)
        .bind("limit", limit)
        .execute();
  }

  static void postpone(
      Handle handle, UUID id, Instant dueAt, @Nullable Instant deadAt, String error) {
    handle
        .createUpdate(
            """
            update platform.outbox
            set due_at = :dueAt, dead_at = :deadAt, error = left(:error, 1000)
            where id = :id
            """)
        .bind("id", id)
        .bind("dueAt", dueAt)
        .bind("deadAt", deadAt)
        .bind("error", error)
        .execute();
  }
}
