package dev.muster.server.task;

import dev.muster.server.platform.OrganizationId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/// The SQL by which people read tasks and comments, with the names of what they refer to.
final class TaskListStore {
  /// A task with names.
  record TaskRow(
      Task task,
      @Nullable String projectName,
      @Nullable String createdByName,
      @Nullable String assignedToName,
      @Nullable String deviceName,
      @Nullable String groupName,
      @Nullable String modifiedByName,
      long comments) {}

  /// A comment with names.
  record CommentRow(
      Comment comment,
      @Nullable String userName,
      @Nullable String userAvatarUrl,
      @Nullable String modifiedByName) {}

  /// By which tasks can be ordered. Each change takes a greater number, so that the index of these
  /// is one of when tasks were updated too.
  static final Map<String, String> ORDERS =
      new LinkedHashMap<>(
          Map.of(
              "position", "t.position",
              "created_at", "t.created_at",
              "updated_at", "t.change_number",
              "due_date", "t.due_date",
              "title", "t.title",
              "priority", "array_position(array['low', 'medium', 'high', 'urgent'], t.priority)",
              "status",
                  "array_position(array['todo', 'in_progress', 'blocked', 'done', 'cancelled'], t.status)"));

  private static final String NAMES =
      """
      , p.name as project_name, cu.name as created_by_name, au.name as assigned_to_name,
      d.name as device_name, g.name as group_name, mu.name as last_modified_by_name,
      (select count(*) from task.comment c where c.organization_id = t.organization_id and c.task_id = t.id
       and c.deleted_at is null) as comment_count
      from task.task t
      left join task.project p on p.organization_id = t.organization_id and p.id = t.project_id
      left join device.device d on d.organization_id = t.organization_id and d.id = t.device_id
      left join device.device_group g on g.organization_id = t.organization_id and g.id = t.group_id
      left join identity.users cu on cu.organization_id = t.organization_id and cu.id = t.created_by
      left join identity.users au on au.organization_id = t.organization_id and au.id = t.assigned_to
      left join identity.users mu on mu.organization_id = t.organization_id and mu.id = t.last_modified_by
      where t.organization_id = :organization and t.deleted_at is null
      """;

  private static final String TASKS =
      "from task.task t where t.organization_id = :organization and t.deleted_at is null";

  private TaskListStore() {}

  /// For the rest of the transaction tables are read by their indexes, also where PostgreSQL thinks
  /// that it takes longer.
  static void byIndex(Handle handle) {
    handle.execute("select set_config('enable_seqscan', 'off', true)");
  }

  /// Tasks of these ids, in no order, without those that are deleted.
  static List<TaskRow> find(Handle handle, OrganizationId organization, Collection<UUID> ids) {
    return rows(
        handle
            .createQuery("select " + TaskStore.COLUMNS + NAMES + " and t.id = any(:ids)")
            .bind("organization", organization)
            .bindArray("ids", UUID.class, ids));
  }

  /// Chosen first, by the little that orders them, and then read.
  ///
  /// @param by columns of [#ORDERS], each with `-` before it for the greatest first
  static List<TaskRow> page(
      Handle handle,
      OrganizationId organization,
      TaskFilter filter,
      List<String> by,
      int limit,
      int offset) {
    String order = order(by);
    return rows(
        bound(
                handle.createQuery(
                    "select "
                        + TaskStore.COLUMNS
                        + NAMES
                        + " and t.id = any(array(select t.id "
                        + TASKS
                        + where(filter)
                        + order
                        + " limit :limit offset :offset))"
                        + order),
                organization,
                filter)
            .bind("limit", limit)
            .bind("offset", offset));
  }

  /// Ties go by id, and down when the first order does, so that one index serves both directions.
  private static String order(List<String> wanted) {
    List<String> order = new ArrayList<>();
    for (String by : wanted) {
      boolean down = by.startsWith("-");
      String column = ORDERS.get(down ? by.substring(1) : by);
      order.add(column + (!down ? "" : by.equals("-due_date") ? " desc nulls last" : " desc"));
    }
    order.add(!wanted.isEmpty() && wanted.getFirst().startsWith("-") ? "t.id desc" : "t.id");
    return " order by " + String.join(", ", order);
  }

  /// By id, from after one on.
  static List<TaskRow> after(
      Handle handle, OrganizationId organization, TaskFilter filter, UUID after, int limit) {
    return rows(
        bound(
                handle.createQuery(
                    "select "
                        + TaskStore.COLUMNS
                        + NAMES
                        + where(filter)
                        + " and t.id > :after order by t.id limit :limit"),
                organization,
                filter)
            .bind("after", after)
            .bind("limit", limit));
  }

  static long count(Handle handle, OrganizationId organization, TaskFilter filter) {
    return bound(
            handle.createQuery("select count(*) " + TASKS + where(filter)), organization, filter)
        .mapTo(long.class)
        .one();
  }

  private static String where(TaskFilter filter) {
    StringBuilder where = new StringBuilder();
    where.append(filter.status() == null ? "" : " and t.status = :status");
    where.append(filter.priority() == null ? "" : " and t.priority = :priority");
    where.append(filter.assignedTo() == null ? "" : " and t.assigned_to = :assignee");
    where.append(filter.project() == null ? "" : " and t.project_id = :project");
    where.append(filter.device() == null ? "" : " and t.device_id = :device");
    where.append(filter.group() == null ? "" : " and t.group_id = :group");
    where.append(
        filter.search() == null
            ? ""
            : " and to_tsvector('simple', t.title || ' ' || t.description)"
                + " @@ websearch_to_tsquery('simple', :search)");
    return where.toString();
  }

  private static Query bound(Query query, OrganizationId organization, TaskFilter filter) {
    query.bind("organization", organization);
    bindPresent(query, "status", filter.status());
    bindPresent(query, "priority", filter.priority());
    bindPresent(query, "assignee", filter.assignedTo());
    bindPresent(query, "project", filter.project());
    bindPresent(query, "device", filter.device());
    bindPresent(query, "group", filter.group());
    bindPresent(query, "search", filter.search());
    return query;
  }

  private static void bindPresent(Query query, String name, @Nullable Object value) {
    if (value != null) {
      query.bind(name, value);
    }
  }

  private static List<TaskRow> rows(Query query) {
    return query
        .map((row, context) ->
            new TaskRow(
                TaskStore.task(row, context),
                row.getString("project_name"),
                row.getString("created_by_name"),
                row.getString("assigned_to_name"),
                row.getString("device_name"),
                row.getString("group_name"),
                row.getString("last_modified_by_name"),
                row.getLong("comment_count")))
        .list();
  }

  private static final String COMMENT_ROW =
      "select "
          + CommentStore.COLUMNS
          + """
          , u.name as user_name, u.avatar_url as user_avatar_url, mu.name as last_modified_by_name
          from task.comment c
          join task.task t on t.organization_id = c.organization_id and t.id = c.task_id and t.deleted_at is null
          left join identity.users u on u.organization_id = c.organization_id and u.id = c.user_id
          left join identity.users mu on mu.organization_id = c.organization_id and mu.id = c.last_modified_by
          where c.organization_id = :organization and c.deleted_at is null
          """;

  /// Comments of these ids, in no order, without those that are deleted or whose task is.
  static List<CommentRow> findComments(
      Handle handle, OrganizationId organization, Collection<UUID> ids) {
    return comments(
        handle
            .createQuery(COMMENT_ROW + " and c.id = any(:ids)")
            .bind("organization", organization)
            .bindArray("ids", UUID.class, ids));
  }

  /// Comments of the organization, newest first.
  static List<CommentRow> pageOfComments(
      Handle handle, OrganizationId organization, int limit, int offset) {
    return comments(
        handle
            .createQuery(
                COMMENT_ROW + " order by c.created_at desc, c.id desc limit :limit offset :offset")
            .bind("organization", organization)
            .bind("limit", limit)
            .bind("offset", offset));
  }

  static long countComments(Handle handle, OrganizationId organization) {
    return handle
        .createQuery(
            """
            select (select count(*) from task.comment c
                where c.organization_id = :organization and c.deleted_at is null)
              - (select count(*) from task.task t
                join task.comment c on c.organization_id = t.organization_id and c.task_id = t.id
                where t.organization_id = :organization and t.deleted_at is not null and c.deleted_at is null)
            """)
        .bind("organization", organization)
        .mapTo(long.class)
        .one();
  }

  /// The comments of a task, oldest first.
  static List<CommentRow> commentsOf(
      Handle handle, OrganizationId organization, UUID task, int limit) {
    return comments(
        handle
            .createQuery(
                COMMENT_ROW + " and c.task_id = :task order by c.created_at, c.id limit :limit")
            .bind("organization", organization)
            .bind("task", task)
            .bind("limit", limit));
  }

  private static List<CommentRow> comments(Query query) {
    return query
        .map((row, context) ->
            new CommentRow(
                CommentStore.comment(row, context),
                row.getString("user_name"),
                row.getString("user_avatar_url"),
                row.getString("last_modified_by_name")))
        .list();
  }
}
