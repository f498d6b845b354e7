package dev.muster.server.task;

import dev.muster.protocol.Json;
import dev.muster.server.platform.OrganizationId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/// The SQL that changes comments, and reads them to be changed or synchronized.
final class CommentStore {
  static final String COLUMNS =
      """
      c.id, c.task_id, c.user_id, c.content, c.parent_id, c.is_edited, c.version, c.vector_clock,
      c.last_modified_by, c.last_modified_device, c.created_at, c.updated_at, c.deleted_at, c.pushed_by,
      c.change_number
      """;

  private static final String RECORD =
      """
      jsonb_to_recordset(cast(:rows as jsonb)) as r (
        id uuid, task_id uuid, user_id uuid, content text, parent_id uuid, is_edited boolean, version bigint,
        vector_clock jsonb, last_modified_by uuid, last_modified_device uuid, created_at timestamptz,
        updated_at timestamptz, deleted_at timestamptz, pushed_by uuid, change_number bigint)
      """;

  private CommentStore() {}

  /// Those of the comments that exist, deleted ones too, locked in the order of their ids.
  static Map<UUID, Comment> lock(Handle handle, OrganizationId organization, Collection<UUID> ids) {
    Map<UUID, Comment> found = new LinkedHashMap<>();
    handle
        .createQuery(
            "select "
                + COLUMNS
                + """
                from task.comment c where c.organization_id = :organization and c.id = any(:ids)
                order by c.id for no key update
                """)
        .bind("organization", organization)
        .bindArray("ids", UUID.class, ids)
        .map(CommentStore::comment)
        .forEach(comment -> found.put(comment.id(), comment));
    return found;
  }

  /// The same without a lock.
  static Map<UUID, Comment> find(Handle handle, OrganizationId organization, Collection<UUID> ids) {
    Map<UUID, Comment> found = new LinkedHashMap<>();
    handle
        .createQuery(
            "select "
                + COLUMNS
                + "from task.comment c where c.organization_id = :organization and c.id = any(:ids)")
        .bind("organization", organization)
        .bindArray("ids", UUID.class, ids)
        .map(CommentStore::comment)
        .forEach(comment -> found.put(comment.id(), comment));
    return found;
  }

  /// @return how many were new; the others exist already, and were left alone
  static int insert(
      Handle handle, OrganizationId organization, Collection<Numbered<Comment>> comments) {
    return handle
        .createUpdate(
            "insert into task.comment (organization_id, id, task_id, user_id, content, parent_id, is_edited,"
                + " change_number, "
                + Rows.STAMP
                + ") select :organization, id, task_id, user_id, content, parent_id, is_edited, change_number, "
                + Rows.STAMP
                + " from "
                + RECORD
                + " order by id on conflict (organization_id, id) do nothing")
        .bind("organization", organization)
        .bind("rows", json(comments))
        .execute();
  }

  /// Writes comments that the transaction has locked.
  static void update(
      Handle handle, OrganizationId organization, Collection<Numbered<Comment>> comments) {
    handle
        .createUpdate(
            """
            update task.comment c set
              content = r.content, is_edited = r.is_edited, version = r.version, vector_clock = r.vector_clock,
              last_modified_by = r.last_modified_by, last_modified_device = r.last_modified_device,
              updated_at = r.updated_at, deleted_at = r.deleted_at, pushed_by = r.pushed_by,
              change_number = r.change_number
            from\
            """
                + " "
                + RECORD
                + "where c.organization_id = :organization and c.id = r.id")
        .bind("organization", organization)
        .bind("rows", json(comments))
        .execute();
  }

  /// What has changed since a number, oldest change first, without what is deleted.
  static List<Numbered<Comment>> changedSince(
      Handle handle, OrganizationId organization, long since, Replica.Reader reader, int limit) {
    return handle
        .createQuery(
            "select "
                + COLUMNS
                + """
                from task.comment c
                where c.organization_id = :organization and c.change_number > :since and c.deleted_at is null
                  and (c.pushed_by is distinct from :device or c.change_number <= :whole)
                order by c.change_number limit :limit
                """)
        .bind("organization", organization)
        .bind("since", since)
        .bind("device", reader.device())
        .bind("whole", reader.wholeUntil())
        .bind("limit", limit)
        .map((row, context) -> new Numbered<>(comment(row, context), row.getLong("change_number")))
        .list();
  }

  private static String json(Collection<Numbered<Comment>> comments) {
    return new Json.Arr(comments.stream().<Json>map(CommentStore::json).toList()).canonical();
  }

  private static Json json(Numbered<Comment> numbered) {
    Comment comment = numbered.row();
    Map<String, Json> columns = Rows.json(numbered, comment.stamp());
    columns.put("id", Rows.text(comment.id()));
    columns.put("task_id", Rows.text(comment.task()));
    columns.put("user_id", Rows.text(comment.user()));
    columns.put("content", Json.of(comment.content()));
    columns.put("parent_id", Rows.text(comment.parent()));
    columns.put("is_edited", Json.of(comment.edited()));
    return Json.obj(columns);
  }

  static Comment comment(ResultSet row, StatementContext context) throws SQLException {
    return new Comment(
        row.getObject("id", UUID.class),
        row.getObject("task_id", UUID.class),
        row.getObject("user_id", UUID.class),
        row.getString("content"),
        row.getObject("parent_id", UUID.class),
        row.getBoolean("is_edited"),
        Rows.stamp(row));
  }
}
