package dev.muster.server.dispatch;

import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/// The SQL of tries to hand out commands.
final class DispatchStore {
  /// Of one command no more tries are kept, so that a device that asks without end fills nothing.
  static final int MOST_KEPT = 100;

  private DispatchStore() {}

  /// A device that is being erased gets none.
  static void insert(Handle handle, List<Outcome> outcomes) {
    PreparedBatch batch =
        handle.prepareBatch(
            """
            insert into dispatch.dispatch
              (organization_id, id, action_id, request_id, device_id, kind, channel, at, latency_ms, http_code,
               error, retry)
            select :organization, :id, :action, :request, :device, :kind, :channel, :at, :latency, :code, :error,
              :retry
            where exists (
              select from device.device where organization_id = :organization and id = :device)
            """);
    for (Outcome outcome : outcomes) {
      Outcome.Tried tried = outcome.tried();
      Delivery delivery = outcome.delivery();
      if (tried != null && delivery.sends() <= MOST_KEPT) {
        batch
            .bind("organization", delivery.organization())
            .bind("id", Ids.next())
            .bind("action", delivery.actionId())
            .bind("request", delivery.requestId())
            .bind("device", delivery.device().value())
            .bind("kind", delivery.kind().name())
            .bind("channel", tried.channel().name())
            .bind("at", tried.at())
            .bind("latency", tried.latency().toMillis())
            .bindByType("code", tried.httpCode(), Integer.class)
            .bindByType("error", tried.error(), String.class)
            .bind("retry", delivery.sends() - 1)
            .add();
      }
    }
    if (batch.size() > 0) {
      batch.execute();
    }
  }

  static long count(Handle handle, OrganizationId organization, String action) {
    return handle
        .createQuery(
            """
            select count(*) from dispatch.dispatch
            where organization_id = :organization and action_id = :action
            """)
        .bind("organization", organization)
        .bind("action", action)
        .mapTo(long.class)
        .one();
  }

  static List<Dispatch> list(
      Handle handle, OrganizationId organization, String action, int limit, int offset) {
    return handle
        .createQuery(
            """
            select id, action_id, request_id, kind, channel, at, latency_ms, http_code, error, retry
            from dispatch.dispatch
            where organization_id = :organization and action_id = :action
            order by at desc, id desc limit :limit offset :offset
            """)
        .bind("organization", organization)
        .bind("action", action)
        .bind("limit", limit)
        .bind("offset", offset)
        .map((row, _) -> dispatch(row))
        .list();
  }

  /// Deletes tries from before `before`. Returns how many.
  static int forget(Handle handle, Instant before, int limit) {
    return handle
        .createUpdate(
            """
            delete from dispatch.dispatch where (organization_id, id) in (
              select organization_id, id from dispatch.dispatch where at < :before limit :limit)
            """)
        .bind("before", before)
        .bind("limit", limit)
        .execute();
  }

  private static Dispatch dispatch(ResultSet row) throws SQLException {
    @Nullable Integer code = row.getObject("http_code", Integer.class);
    return new Dispatch(
        row.getObject("id", UUID.class),
        row.getString("action_id"),
        row.getString("request_id"),
        Delivery.Kind.valueOf(row.getString("kind")),
        Channel.valueOf(row.getString("channel")),
        DeliveryStore.instant(row, "at"),
        row.getLong("latency_ms"),
        code,
        row.getString("error"),
        row.getInt("retry"));
  }
}
