package dev.muster.server.dispatch;

import dev.muster.server.platform.OrganizationId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The SQL of what is on its way, for people.
final class OnTheWayStore {
  /// A delivery and what came of the latest try.
  ///
  /// @param since when it began to wait for what it waits for
  record Row(
      String requestId,
      Delivery.WaitsFor waitsFor,
      Instant since,
      @Nullable Instant dueAt,
      @Nullable Instant pushAt,
      @Nullable String channel,
      @Nullable Instant triedAt,
      @Nullable String error) {}

  private OnTheWayStore() {}

  static List<Row> find(Handle handle, OrganizationId organization, Collection<String> requests) {
    return handle
        .createQuery(
            """
            select d.request_id, d.waits_for, d.waits_since, d.due_at, d.push_at, t.channel, t.at, t.error
            from dispatch.delivery d
            left join lateral (
              select channel, at, error from dispatch.dispatch t
              where t.organization_id = d.organization_id and t.action_id = d.action_id
                and t.request_id = d.request_id
              order by at desc, id desc limit 1) t on true
            where d.organization_id = :organization and d.request_id = any(:requests)
            """)
        .bind("organization", organization)
        .bindArray("requests", String.class, List.copyOf(requests))
        .map((row, _) ->
            new Row(
                row.getString("request_id"),
                Delivery.WaitsFor.valueOf(row.getString("waits_for")),
                DeliveryStore.instant(row, "waits_since"),
                instantOrNull(row, "due_at"),
                instantOrNull(row, "push_at"),
                row.getString("channel"),
                instantOrNull(row, "at"),
                row.getString("error")))
        .list();
  }

  private static @Nullable Instant instantOrNull(ResultSet row, String column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }
}
