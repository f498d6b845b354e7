package dev.muster.server.action;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// The SQL of forgetting actions.
final class ActionRetentionStore {
  private record Old(UUID organization, String action) {}

  private ActionRetentionStore() {}

  /// Returns how many actions are gone.
  static int forget(Handle handle, Instant before, int limit) {
    List<Old> old =
        handle
            .createQuery(
                """
                select organization_id, id from action.action where ended_at < :before
                order by ended_at limit :limit for update skip locked
                """)
            .bind("before", before)
            .bind("limit", limit)
            .map((row, _) -> new Old(row.getObject(1, UUID.class), row.getString(2)))
            .list();
    if (!old.isEmpty()) {
      delete(handle, "action.attempt", "action_id", old);
      delete(handle, "action.action", "id", old);
    }
    return old.size();
  }

  private static void delete(Handle handle, String table, String column, List<Old> old) {
    handle
        .createUpdate(
            "delete from "
                + table
                + " t using unnest(:organizations, :actions) as o (organization_id, action_id)"
                + " where t.organization_id = o.organization_id and t."
                + column
                + " = o.action_id")
        .bindArray("organizations", UUID.class, old.stream().map(Old::organization).toList())
        .bindArray("actions", String.class, old.stream().map(Old::action).toList())
        .execute();
  }
}
