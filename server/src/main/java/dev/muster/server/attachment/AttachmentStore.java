package dev.muster.server.attachment;

import dev.muster.server.platform.OrganizationId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/// The SQL of attachments.
final class AttachmentStore {
  private static final String ROW =
      """
      select a.id, a.task_id, a.name, a.content_type, a.size, a.sha256, a.uploaded, a.created_by, u.name as created_by_name,
        a.created_at, a.completed_at
      from attachment.attachment a
      left join identity.users u on u.organization_id = a.organization_id and u.id = a.created_by
      where a.organization_id = :organization and a.task_id = :task
      """;

  private AttachmentStore() {}

  /// Says whether it is new; one of this id may be there already.
  static boolean insert(
      Handle handle,
      OrganizationId organization,
      UUID task,
      Announced announced,
      @Nullable UUID by,
      Instant now) {
    return handle
            .createUpdate(
                """
                insert into attachment.attachment (organization_id, id, task_id, name, content_type, size, sha256,
                  created_by, created_at, uploaded_at)
                values (:organization, :id, :task, :name, :type, :size, :sha256, :by, :now, :now)
                on conflict (organization_id, id) do nothing
                """)
            .bind("organization", organization)
            .bind("id", announced.id())
            .bind("task", task)
            .bind("name", announced.name())
            .bind("type", announced.contentType())
            .bind("size", announced.size())
            .bind("sha256", announced.sha256())
            .bind("by", by)
            .bind("now", now)
            .execute()
        == 1;
  }

  static Optional<Attachment> find(Handle handle, OrganizationId organization, UUID task, UUID id) {
    return handle
        .createQuery(ROW + " and a.id = :id")
        .bind("organization", organization)
        .bind("task", task)
        .bind("id", id)
        .map(AttachmentStore::attachment)
        .findOne();
  }

  /// The same, and nobody else adds to it or deletes it until the end of the transaction.
  static Optional<Attachment> lock(Handle handle, OrganizationId organization, UUID task, UUID id) {
    return handle
        .createQuery(ROW + " and a.id = :id for no key update of a")
        .bind("organization", organization)
        .bind("task", task)
        .bind("id", id)
        .map(AttachmentStore::attachment)
        .findOne();
  }

  /// Oldest first.
  static List<Attachment> page(
      Handle handle, OrganizationId organization, UUID task, int limit, int offset) {
    return handle
        .createQuery(ROW + " order by a.created_at, a.id limit :limit offset :offset")
        .bind("organization", organization)
        .bind("task", task)
        .bind("limit", limit)
        .bind("offset", offset)
        .map(AttachmentStore::attachment)
        .list();
  }

  static long count(Handle handle, OrganizationId organization, UUID task) {
    return handle
        .createQuery(
            """
            select count(*) from attachment.attachment
            where organization_id = :organization and task_id = :task
            """)
        .bind("organization", organization)
        .bind("task", task)
        .mapTo(long.class)
        .one();
  }

  /// Notes how far an upload is that the transaction has locked.
  static void progress(
      Handle handle,
      OrganizationId organization,
      UUID id,
      long uploaded,
      @Nullable Instant completedAt,
      Instant now) {
    handle
        .createUpdate(
            """
            update attachment.attachment set uploaded = :uploaded, uploaded_at = :now, completed_at = :completed
            where organization_id = :organization and id = :id
            """)
        .bind("organization", organization)
        .bind("id", id)
        .bind("uploaded", uploaded)
        .bind("completed", completedAt)
        .bind("now", now)
        .execute();
  }

  /// With all of its chunks.
  static void delete(Handle handle, OrganizationId organization, UUID id) {
    handle
        .createUpdate(
            "delete from attachment.attachment where organization_id = :organization and id = :id")
        .bind("organization", organization)
        .bind("id", id)
        .execute();
  }

  private static Attachment attachment(ResultSet row, StatementContext context)
      throws SQLException {
    OffsetDateTime completedAt = row.getObject("completed_at", OffsetDateTime.class);
    return new Attachment(
        row.getObject("task_id", UUID.class),
        new Announced(
            row.getObject("id", UUID.class),
            row.getString("name"),
            row.getString("content_type"),
            row.getLong("size"),
            row.getString("sha256")),
        row.getLong("uploaded"),
        row.getObject("created_by", UUID.class),
        row.getString("created_by_name"),
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        completedAt == null ? null : completedAt.toInstant());
  }
}
