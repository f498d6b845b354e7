package dev.muster.server.attachment;

import dev.muster.server.platform.OrganizationId;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// The SQL by which attachments go that nobody needs.
final class SweepStore {
  /// A task that has attachments.
  record Owner(OrganizationId organization, UUID task) {}

  static final Owner FIRST = new Owner(new OrganizationId(new UUID(0, 0)), new UUID(0, 0));

  private SweepStore() {}

  /// @return how many uploads there were that have stood still since a time, at most `limit`
  static int deleteUnfinished(Handle handle, Instant since, int limit) {
    return handle
        .createUpdate(
            """
            delete from attachment.attachment where (organization_id, id) in (
              select organization_id, id from attachment.attachment
              where completed_at is null and uploaded_at < :since
              limit :limit for update skip locked)
            """)
        .bind("since", since)
        .bind("limit", limit)
        .execute();
  }

  /// Those that come after one, in their order.
  static List<Owner> owners(Handle handle, Owner after, int limit) {
    return handle
        .createQuery(
            """
            select distinct organization_id, task_id from attachment.attachment
            where (organization_id, task_id) > (:organization, :task)
            order by organization_id, task_id limit :limit
            """)
        .bind("organization", after.organization())
        .bind("task", after.task())
        .bind("limit", limit)
        .map((row, _) ->
            new Owner(
                new OrganizationId(row.getObject("organization_id", UUID.class)),
                row.getObject("task_id", UUID.class)))
        .list();
  }

  /// @return how many there were of these tasks, at most `limit`
  static int deleteOf(
      Handle handle, OrganizationId organization, Collection<UUID> tasks, int limit) {
    return handle
        .createUpdate(
            """
            delete from attachment.attachment where organization_id = :organization and id in (
              select id from attachment.attachment
              where organization_id = :organization and task_id = any(:tasks) limit :limit)
            """)
        .bind("organization", organization)
        .bindArray("tasks", UUID.class, tasks)
        .bind("limit", limit)
        .execute();
  }
}
