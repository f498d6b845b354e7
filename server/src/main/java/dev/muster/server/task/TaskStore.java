package dev.muster.server.task;

import dev.muster.server.platform.Columns;
import dev.muster.server.platform.JsonText;
import dev.muster.server.platform.OrganizationId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/// The SQL that changes tasks, and reads them to be changed or synchronized.
final class TaskStore {
  static final String COLUMNS =
      """
      t.id, t.project_id, t.title, t.description, t.status, t.priority, t.due_date, t.completed_at, t.position,
      t.assigned_to, t.device_id, t.group_id, t.tags, t.custom_fields, t.created_by, t.version, t.vector_clock, t.last_modified_by,
      t.last_modified_device, t.created_at, t.updated_at, t.deleted_at, t.pushed_by, t.change_number
      """;

  private static final Columns<Numbered<Task>> NEW = written("new_task_");
  private static final Columns<Numbered<Task>> OLD = written("old_task_");

  private static final String INSERT =
      "insert into task.task (organization_id, id, project_id, title, description, status, priority, due_date,"
          + " completed_at, position, assigned_to, device_id, group_id, tags, custom_fields, created_by,"
          + " change_number, "
          + Rows.STAMP
          + ") select :organization, id, project_id, title, description, status, priority, due_date,"
          + " completed_at, position, assigned_to, device_id, group_id, tags, custom_fields, created_by, "
          + ChangeStore.NUMBER
          + ", "
          + Rows.STAMP
          + " from "
          + NEW.record("r")
          + " order by id on conflict (organization_id, id) do nothing";

  private static final String UPDATE =
      """
      update task.task t set
        project_id = r.project_id, title = r.title, description = r.description, status = r.status,
        priority = r.priority, due_date = r.due_date, completed_at = r.completed_at, position = r.position,
        assigned_to = r.assigned_to, device_id = r.device_id,
        group_id = r.group_id, tags = r.tags, custom_fields = r.custom_fields, version = r.version,
        vector_clock = r.vector_clock, last_modified_by = r.last_modified_by,
        last_modified_device = r.last_modified_device, updated_at = r.updated_at, deleted_at = r.deleted_at,
        pushed_by = r.pushed_by, change_number =\
      """
          + " "
          + ChangeStore.NUMBER
          + " from "
          + OLD.record("r")
          + Rows.joined("old_task_id");

  private TaskStore() {}

  private static Columns<Numbered<Task>> written(String prefix) {
    return Columns.<Numbered<Task>>of(prefix)
        .all(
            Columns.<Task>none()
                .uuid("id", Task::id)
                .uuid("project_id", Task::project)
                .text("title", Task::title)
                .text("description", Task::description)
                .text("status", task -> task.status().wireName())
                .text("priority", task -> task.priority().wireName())
                .time("due_date", Task::dueDate)
                .time("completed_at", Task::completedAt)
                .text("position", "numeric", task -> task.position().toPlainString())
                .uuid("assigned_to", Task::assignedTo)
                .uuid("device_id", Task::device)
                .uuid("group_id", Task::group)
                .texts("tags", Task::tags)
                .text("custom_fields", "jsonb", task -> task.customFields().canonical())
                .uuid("created_by", Task::createdBy)
                .all(Rows.STAMPED, Task::stamp),
            Numbered::row)
        .number("change_number", Numbered::number);
  }

  /// Those of the tasks that exist, deleted ones too, locked in the order of their ids.
  static Map<UUID, Task> lock(Handle handle, OrganizationId organization, Collection<UUID> ids) {
    Map<UUID, Task> found = new LinkedHashMap<>();
    handle
        .createQuery(
            "select "
                + COLUMNS
                + """
                from task.task t where t.organization_id = :organization and t.id = any(:ids)
                order by t.id for no key update
                """)
        .bind("organization", organization)
        .bindArray("ids", UUID.class, ids)
        .map(TaskStore::task)
        .forEach(task -> found.put(task.id(), task));
    return found;
  }

  /// Those about a device, deleted ones too, locked in the order of their ids.
  static List<Task> lockOf(Handle handle, OrganizationId organization, UUID device) {
    return handle
        .createQuery(
            "select "
                + COLUMNS
                + """
                from task.task t
                where t.organization_id = :organization and t.device_id = :device
                order by t.id for no key update
                """)
        .bind("organization", organization)
        .bind("device", device)
        .map(TaskStore::task)
        .list();
  }

  /// Has those that are deleted be about no device, of which nobody has to hear.
  static void unbindDeleted(Handle handle, OrganizationId organization, UUID device) {
    handle.execute(
        """
        update task.task set device_id = null
        where organization_id = ? and device_id = ? and deleted_at is not null
        """,
        organization,
        device);
  }

  /// Those that exist, deleted ones too, without a lock.
  static Map<UUID, Task> find(Handle handle, OrganizationId organization, Collection<UUID> ids) {
    Map<UUID, Task> found = new LinkedHashMap<>();
    handle
        .createQuery(
            "select "
                + COLUMNS
                + "from task.task t where t.organization_id = :organization and t.id = any(:ids)")
        .bind("organization", organization)
        .bindArray("ids", UUID.class, ids)
        .map(TaskStore::task)
        .forEach(task -> found.put(task.id(), task));
    return found;
  }

  /// Those that exist already are left alone.
  static ChangeStore.Part inserting(Collection<Numbered<Task>> tasks) {
    return new ChangeStore.Part("new_tasks", INSERT, tasks.size(), query -> NEW.bind(query, tasks));
  }

  /// Tasks that the transaction has locked.
  static ChangeStore.Part updating(Collection<Numbered<Task>> tasks) {
    return new ChangeStore.Part("old_tasks", UPDATE, tasks.size(), query -> OLD.bind(query, tasks));
  }

  /// What has changed since a number, oldest change first, without what is deleted.
  static List<Numbered<Task>> changedSince(
      Handle handle, OrganizationId organization, long since, Replica.Reader reader, int limit) {
    return handle
        .createQuery(
            "select "
                + COLUMNS
                + """
                from task.task t
                where t.organization_id = :organization and t.change_number > :since and t.deleted_at is null
                  and (t.pushed_by is distinct from :device or t.change_number <= :whole)
                order by t.change_number limit :limit
                """)
        .bind("organization", organization)
        .bind("since", since)
        .bind("device", reader.device())
        .bind("whole", reader.wholeUntil())
        .bind("limit", limit)
        .map((row, context) -> new Numbered<>(task(row, context), row.getLong("change_number")))
        .list();
  }

  static Task task(ResultSet row, StatementContext context) throws SQLException {
    return new Task(
        row.getObject("id", UUID.class),
        row.getObject("project_id", UUID.class),
        row.getString("title"),
        row.getString("description"),
        TaskStatus.named(row.getString("status")).orElseThrow(),
        Priority.named(row.getString("priority")).orElseThrow(),
        Rows.timeOrNull(row, "due_date"),
        Rows.timeOrNull(row, "completed_at"),
        row.getBigDecimal("position"),
        row.getObject("assigned_to", UUID.class),
        row.getObject("device_id", UUID.class),
        row.getObject("group_id", UUID.class),
        Arrays.asList((String[]) row.getArray("tags").getArray()),
        JsonText.parseObject(row.getString("custom_fields")),
        row.getObject("created_by", UUID.class),
        Rows.stamp(row));
  }
}
