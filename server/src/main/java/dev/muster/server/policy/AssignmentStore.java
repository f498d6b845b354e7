package dev.muster.server.policy;

import dev.muster.server.device.DeviceId;
import dev.muster.server.device.GroupId;
import dev.muster.server.platform.OrganizationId;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;
import org.jspecify.annotations.Nullable;

/// The SQL of who has which policy. The record is public for Jdbi, which makes it.
final class AssignmentStore {
  /// A policy of a device, and by which group it comes (null: by its own assignment).
  public record Row(
      UUID deviceId,
      String handle,
      UUID policyId,
      String policyName,
      int policyVersion,
      @Nullable String groupName,
      String settings,
      long desiredVersion,
      Instant assignedAt) {}

  private static final String ROWS =
      """
      select d.id as device_id, d.handle, p.id as policy_id, p.name as policy_name,
             v.number as policy_version, a.group_name, v.payload::text as settings, a.assigned_at,
             s.base + (select sum(q.activations)
                       from policy.policy_set_member m
                       join policy.policy q on q.organization_id = m.organization_id and q.id = m.policy_id
                       where m.organization_id = s.organization_id and m.set_id = s.set_id) as desired_version
      from (
        select organization_id, device_id, policy_id, null as group_name, assigned_at
        from policy.device_assignment
        where %1$s
        union all
        select m.organization_id, m.device_id, ga.policy_id, g.name, ga.assigned_at
        from policy.group_assignment ga
        join device.device_group g on g.organization_id = ga.organization_id and g.id = ga.group_id
        join device.group_member m on m.organization_id = ga.organization_id and m.group_id = ga.group_id
        where %1$s
      ) a
      join device.device d on d.organization_id = a.organization_id and d.id = a.device_id
      join policy.policy p on p.organization_id = a.organization_id and p.id = a.policy_id
      join policy.version v on v.organization_id = p.organization_id and v.id = p.current_version_id
      join policy.desired s on s.organization_id = a.organization_id and s.device_id = a.device_id
      order by a.device_id, a.policy_id, a.group_name nulls first
      limit :limit offset :offset
      """;

  private AssignmentStore() {}

  static boolean assign(
      Handle handle,
      OrganizationId organization,
      DeviceId device,
      UUID policy,
      @Nullable UUID by,
      Instant now) {
    return handle
            .createUpdate(
                """
                insert into policy.device_assignment (organization_id, device_id, policy_id, assigned_by, assigned_at)
                values (:organization, :device, :policy, :by, :now) on conflict do nothing
                """)
            .bind("organization", organization)
            .bind("device", device.value())
            .bind("policy", policy)
            .bind("by", by)
            .bind("now", now)
            .execute()
        == 1;
  }

  static boolean unassign(
      Handle handle, OrganizationId organization, DeviceId device, UUID policy) {
    return handle
            .createUpdate(
                """
                delete from policy.device_assignment
                where organization_id = :organization and device_id = :device and policy_id = :policy
                """)
            .bind("organization", organization)
            .bind("device", device.value())
            .bind("policy", policy)
            .execute()
        == 1;
  }

  static void unassignAll(Handle handle, OrganizationId organization, DeviceId device) {
    handle.execute(
        "delete from policy.device_assignment where organization_id = ? and device_id = ?",
        organization,
        device.value());
  }

  static boolean assign(
      Handle handle,
      OrganizationId organization,
      GroupId group,
      UUID policy,
      @Nullable UUID by,
      Instant now) {
    return handle
            .createUpdate(
                """
                insert into policy.group_assignment (organization_id, group_id, policy_id, assigned_by, assigned_at)
                values (:organization, :group, :policy, :by, :now) on conflict do nothing
                """)
            .bind("organization", organization)
            .bind("group", group.value())
            .bind("policy", policy)
            .bind("by", by)
            .bind("now", now)
            .execute()
        == 1;
  }

  static boolean unassign(Handle handle, OrganizationId organization, GroupId group, UUID policy) {
    return handle
            .createUpdate(
                """
                delete from policy.group_assignment
                where organization_id = :organization and group_id = :group and policy_id = :policy
                """)
            .bind("organization", organization)
            .bind("group", group.value())
            .bind("policy", policy)
            .execute()
        == 1;
  }

  static List<DeviceId> members(Handle handle, OrganizationId organization, GroupId group) {
    return handle
        .createQuery(
            """
            select device_id from device.group_member
            where organization_id = :organization and group_id = :group order by device_id
            """)
        .bind("organization", organization)
        .bind("group", group.value())
        .mapTo(UUID.class)
        .map(DeviceId::new)
        .list();
  }

  static List<Row> ofPolicy(Handle handle, UUID policy, int limit, int offset) {
    return handle
        .createQuery(ROWS.formatted("policy_id = :policy"))
        .bind("policy", policy)
        .bind("limit", limit)
        .bind("offset", offset)
        .map(ConstructorMapper.of(Row.class))
        .list();
  }

  static long countOfPolicy(Handle handle, UUID policy) {
    return handle
        .createQuery(
            """
            select (select count(*) from policy.device_assignment where policy_id = :policy)
                 + (select count(*) from policy.group_assignment ga
                    join device.group_member m
                      on m.organization_id = ga.organization_id and m.group_id = ga.group_id
                    where ga.policy_id = :policy)
            """)
        .bind("policy", policy)
        .mapTo(long.class)
        .one();
  }

  static List<Row> ofDevice(Handle handle, DeviceId device) {
    return handle
        .createQuery(ROWS.formatted("device_id = :device"))
        .bind("device", device.value())
        .bind("limit", 1000)
        .bind("offset", 0)
        .map(ConstructorMapper.of(Row.class))
        .list();
  }
}
