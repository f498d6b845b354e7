package dev.muster.server.policy;

import java.time.Instant;
import org.jdbi.v3.core.Handle;

/// The SQL of [RestoredVersions].
final class RestoredVersionStore {
  private RestoredVersionStore() {}

  /// The highest version that is desired of any device; 0 without devices.
  static long highest(Handle handle) {
    return handle
        .createQuery(
            """
            select coalesce(max(d.base + s.activations), 0) from (
              select organization_id, set_id, max(base) as base from policy.desired
              group by organization_id, set_id) d
            join (
              select m.organization_id, m.set_id, sum(p.activations) as activations
              from policy.policy_set_member m
              join policy.policy p on p.organization_id = m.organization_id and p.id = m.policy_id
              group by m.organization_id, m.set_id) s
              on s.organization_id = d.organization_id and s.set_id = d.set_id
            """)
        .mapTo(Long.class)
        .one();
  }

  static void raise(Handle handle, long jump, Instant now) {
    handle
        .createUpdate(
            """
            with raised as (
              update policy.desired set base = base + :jump
              returning organization_id, device_id, set_id, base, override)
            insert into policy.desired_change
              (organization_id, id, device_id, changed_at, set_id, base, override)
            select organization_id, gen_random_uuid(), device_id, :now, set_id, base, override
            from raised
            """)
        .bind("jump", jump)
        .bind("now", now)
        .execute();
  }

  /// The defaults are in the set of every device.
  static void wakeAll(Handle handle, Instant now) {
    handle
        .createUpdate(
            """
            insert into policy.wake (organization_id, id, policy_id, created_at)
            select organization_id, gen_random_uuid(), id, :now from policy.policy where is_defaults
            """)
        .bind("now", now)
        .execute();
  }
}
