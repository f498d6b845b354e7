package dev.muster.server.policy;

import java.time.Instant;
import org.jdbi.v3.core.Handle;

/// The SQL of what was desired of devices in the past.
final class DesiredHistoryStore {
  private DesiredHistoryStore() {}

  /// Deletes changes that another one had followed before `before`.
  static int forget(Handle handle, Instant before, int limit) {
    return handle
        .createUpdate(
            """
            delete from policy.desired_change where (organization_id, id) in (
              select c.organization_id, c.id from policy.desired_change c
              where c.changed_at < :before and exists (
                select from policy.desired_change later
                where later.organization_id = c.organization_id and later.device_id = c.device_id
                  and later.changed_at > c.changed_at and later.changed_at < :before)
              limit :limit)
            """)
        .bind("before", before)
        .bind("limit", limit)
        .execute();
  }
}
