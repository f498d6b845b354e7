package dev.muster.server.action;

import dev.muster.server.device.Lifecycle;
import dev.muster.server.platform.OrganizationId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The SQL of what stands around actions that have not ended.
final class WaitingStore {
  /// @param deactivatedAt null when the device is active
  /// @param attemptBeganAt of the attempt that the action is at or has been at last, and when it
  ///   ended
  /// @param running another action that runs on the device, and its type
  /// @param ahead how many waiting actions have their turn before it
  record Around(
      Lifecycle lifecycle,
      @Nullable Instant deactivatedAt,
      @Nullable Instant attemptBeganAt,
      @Nullable Instant attemptEndedAt,
      @Nullable String running,
      @Nullable String runningType,
      int ahead) {
    Optional<Instant> deactivated() {
      return lifecycle == Lifecycle.ACTIVE ? Optional.empty() : Optional.ofNullable(deactivatedAt);
    }
  }

  private WaitingStore() {}

  static Map<ActionId, Around> around(
      Handle handle, OrganizationId organization, Collection<Action> actions) {
    Map<ActionId, Around> found = new HashMap<>();
    handle
        .createQuery(
            """
            select a.id, d.lifecycle, d.deactivated_at, t.began_at, t.ended_at, r.id as running, r.type,
              case when a.state = 'PENDING' then (
                select count(*) from action.action b
                where b.organization_id = a.organization_id and b.device_id = a.device_id
                  and b.state = 'PENDING'
                  and (b.priority > a.priority or b.priority = a.priority and b.number < a.number))
              else 0 end as ahead
            from action.action a
            join device.device d on d.organization_id = a.organization_id and d.id = a.device_id
            left join action.attempt t on t.organization_id = a.organization_id and t.action_id = a.id
              and t.number = a.attempt
            left join action.action r on r.organization_id = a.organization_id
              and r.device_id = a.device_id and r.state = 'RUNNING' and r.id <> a.id
            where a.organization_id = :organization and a.id = any(:ids)
            """)
        .bind("organization", organization)
        .bindArray(
            "ids", String.class, actions.stream().map(action -> action.id().value()).toList())
        .map((row, _) -> found.put(new ActionId(row.getString("id")), around(row)))
        .list();
    return found;
  }

  private static Around around(ResultSet row) throws SQLException {
    return new Around(
        Lifecycle.valueOf(row.getString("lifecycle")),
        ActionStore.instantOrNull(row, "deactivated_at"),
        ActionStore.instantOrNull(row, "began_at"),
        ActionStore.instantOrNull(row, "ended_at"),
        row.getString("running"),
        row.getString("type"),
        row.getInt("ahead"));
  }
}
