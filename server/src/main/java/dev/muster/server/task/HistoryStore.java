package dev.muster.server.task;

import dev.muster.protocol.Json;
import dev.muster.protocol.VectorClock;
import dev.muster.server.platform.Columns;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.JsonText;
import dev.muster.server.platform.OrganizationId;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The SQL of the history of tasks.
final class HistoryStore {
  /// What somebody did to a task.
  ///
  /// @param type `created`, `updated`, `deleted`, `restored`
  /// @param changes by field `{old, new}`
  /// @param before the fields before; null for what was made
  record Entry(
      UUID task,
      @Nullable UUID user,
      @Nullable UUID device,
      String type,
      Json.Obj changes,
      Json.@Nullable Obj before,
      VectorClock clock,
      Instant at) {}

  /// An entry as it is read, with names.
  record Row(UUID id, Entry entry, @Nullable String userName, @Nullable String deviceName) {}

  private static final Columns<Entry> WRITTEN =
      Columns.<Entry>none()
          .uuid("id", _ -> Ids.next())
          .uuid("task_id", Entry::task)
          .uuid("user_id", Entry::user)
          .uuid("device_id", Entry::device)
          .text("change_type", Entry::type)
          .text("changes", "jsonb", entry -> entry.changes().canonical())
          .text("previous_state", "jsonb", entry -> canonical(entry.before()))
          .text("vector_clock", "jsonb", entry -> Clocks.text(entry.clock()))
          .time("created_at", Entry::at);

  private static final String APPEND =
      """
      insert into task.history (organization_id, id, task_id, user_id, device_id, change_type, changes,
        previous_state, vector_clock, created_at)
      select :organization, id, task_id, user_id, device_id, change_type, changes, previous_state, vector_clock,
        created_at
      from\
      """
          + " "
          + WRITTEN.record("r");

  private HistoryStore() {}

  private static @Nullable String canonical(Json.@Nullable Obj value) {
    return value == null ? null : value.canonical();
  }

  static void append(Handle handle, OrganizationId organization, Collection<Entry> entries) {
    if (entries.isEmpty()) {
      return;
    }
    WRITTEN.bind(handle.createUpdate(APPEND), entries).bind("organization", organization).execute();
  }

  /// Newest first.
  static List<Row> of(Handle handle, OrganizationId organization, UUID task, int limit) {
    return handle
        .createQuery(
            """
            select h.id, h.task_id, h.user_id, h.device_id, h.change_type, h.changes, h.previous_state,
              h.vector_clock, h.created_at, u.name as user_name, d.name as device_name
            from task.history h
            left join identity.users u on u.organization_id = h.organization_id and u.id = h.user_id
            left join device.device d on d.organization_id = h.organization_id and d.id = h.device_id
            where h.organization_id = :organization and h.task_id = :task
            order by h.id desc limit :limit
            """)
        .bind("organization", organization)
        .bind("task", task)
        .bind("limit", limit)
        .map((row, _) ->
            new Row(
                row.getObject("id", UUID.class),
                new Entry(
                    row.getObject("task_id", UUID.class),
                    row.getObject("user_id", UUID.class),
                    row.getObject("device_id", UUID.class),
                    row.getString("change_type"),
                    JsonText.parseObject(row.getString("changes")),
                    Optional.ofNullable(row.getString("previous_state"))
                        .map(JsonText::parseObject)
                        .orElse(null),
                    Clocks.parse(row.getString("vector_clock")),
                    Rows.time(row, "created_at")),
                row.getString("user_name"),
                row.getString("device_name")))
        .list();
  }
}
