package dev.muster.server.task;

import dev.muster.server.platform.Columns;
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

  private static final Columns<Numbered<Comment>> NEW = written("new_comment_");
  private static final Columns<Numbered<Comment>> OLD = written("old_comment_");

  private static final String INSERT =
      "insert into task.comment (organization_id, id, task_id, user_id, content, parent_id, is_edited,"
          + " change_number, "
          + Rows.STAMP
          + ") select :organization, id, task_id, user_id, content, parent_id, is_edited, "
          + ChangeStore.NUMBER
          + ", "
          + Rows.STAMP
          + " from "
          + NEW.record("r")
          + " order by id on conflict (organization_id, id) do nothing";

  private static final String UPDATE =
      """
      update task.comment t set
        content = r.content, is_edited = r.is_edited, version = r.version, vector_clock = r.vector_clock,
        last_modified_by = r.last_modified_by, last_modified_device = r.last_modified_device,
        updated_at = r.updated_at, deleted_at = r.deleted_at, pushed_by = r.pushed_by, change_number =\
      """
          + " "
          + ChangeStore.NUMBER
          + " from "
          + OLD.record("r")
          + Rows.joined("old_comment_id");

  private CommentStore() {}

  private static Columns<Numbered<Comment>> written(String prefix) {
    return Columns.<Numbered<Comment>>of(prefix)
        .all(
            Columns.<Comment>none()
                .uuid("id", Comment::id)
                .uuid("task_id", Comment::task)
                .uuid("user_id", Comment::user)
                .text("content", Comment::content)
                .uuid("parent_id", Comment::parent)
                .flag("is_edited", Comment::edited)
                .all(Rows.STAMPED, Comment::stamp),
            Numbered::row)
        .number("change_number", Numbered::number);
  }

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

  /// Those that exist already are left alone.
  static ChangeStore.Part inserting(Collection<Numbered<Comment>> comments) {
    return new ChangeStore.Part(
        "new_comments", INSERT, comments.size(), query -> NEW.bind(query, comments));
  }

  /// Comments that the transaction has locked.
  static ChangeStore.Part updating(Collection<Numbered<Comment>> comments) {
    return new ChangeStore.Part(
        "old_comments", UPDATE, comments.size(), query -> OLD.bind(query, comments));
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
