package dev.muster.server.device;

import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/// The SQL of groups and of who is in them.
final class GroupStore {
  private GroupStore() {}

  /// False when the name is taken.
  static boolean insert(Handle handle, Group group) {
    return handle
            .createUpdate(
                """
                insert into device.device_group (organization_id, id, name, created_at)
                values (:organization, :id, :name, :createdAt)
                on conflict (organization_id, name) do nothing
                """)
            .bind("organization", group.organization())
            .bind("id", group.id().value())
            .bind("name", group.name())
            .bind("createdAt", group.createdAt())
            .execute()
        == 1;
  }

  static Optional<Group> find(Handle handle, OrganizationId organization, UUID id) {
    return handle
        .createQuery(
            """
            select organization_id, id, name, created_at from device.device_group
            where organization_id = :organization and id = :id
            """)
        .bind("organization", organization)
        .bind("id", id)
        .map(GroupStore::group)
        .findOne();
  }

  static Optional<Group> findByName(Handle handle, OrganizationId organization, String name) {
    return handle
        .createQuery(
            """
            select organization_id, id, name, created_at from device.device_group
            where organization_id = :organization and name = :name
            """)
        .bind("organization", organization)
        .bind("name", name)
        .map(GroupStore::group)
        .findOne();
  }

  /// The groups by the ids and names that name them. A name never has the form of an id.
  static Map<String, Group> findNamed(
      Handle handle, OrganizationId organization, Collection<String> idsOrNames) {
    Map<String, UUID> ids = new HashMap<>();
    idsOrNames.forEach(text -> Ids.parse(text).ifPresent(id -> ids.put(text, id)));
    Map<String, Group> found = new HashMap<>();
    handle
        .createQuery(
            """
            select organization_id, id, name, created_at from device.device_group
            where organization_id = :organization and (id = any(:ids) or name = any(:names))
            """)
        .bind("organization", organization)
        .bindArray("ids", UUID.class, Set.copyOf(ids.values()))
        .bindArray("names", String.class, Set.copyOf(idsOrNames))
        .map(GroupStore::group)
        .forEach(group -> {
          found.put(group.name(), group);
          found.put(group.id().toString(), group);
        });
    ids.forEach((text, id) -> {
      Group group = found.get(id.toString());
      if (group != null) {
        found.put(text, group);
      }
    });
    return found;
  }

  /// Locks the keys of those that are there, as a foreign key does, in the order of their ids.
  static Set<UUID> lockKeys(Handle handle, OrganizationId organization, Collection<UUID> groups) {
    return handle
        .createQuery(
            """
            select id from device.device_group
            where organization_id = :organization and id = any(:ids) order by id for key share
            """)
        .bind("organization", organization)
        .bindArray("ids", UUID.class, groups)
        .mapTo(UUID.class)
        .collectIntoSet();
  }

  static List<Group> list(Handle handle, OrganizationId organization, int offset, int limit) {
    return handle
        .createQuery(
            """
            select organization_id, id, name, created_at from device.device_group
            where organization_id = :organization
            order by name
            offset :offset limit :limit
            """)
        .bind("organization", organization)
        .bind("offset", offset)
        .bind("limit", limit)
        .map(GroupStore::group)
        .list();
  }

  static long count(Handle handle, OrganizationId organization) {
    return handle
        .createQuery(
            "select count(*) from device.device_group where organization_id = :organization")
        .bind("organization", organization)
        .mapTo(long.class)
        .one();
  }

  /// In the order of PostgreSQL, which is not that of [UUID#compareTo].
  static void lockShared(Handle handle, Collection<GroupId> groups) {
    handle
        .createQuery(
            """
            select count(pg_advisory_xact_lock_shared(hashtextextended('device.group:' || id, 0)))
            from (select distinct id from unnest(:groups) as g (id) order by id) as sorted
            """)
        .bindArray("groups", UUID.class, groups.stream().map(GroupId::value).toList())
        .mapTo(long.class)
        .one();
  }

  static void lockExclusively(Handle handle, GroupId group) {
    handle.execute(
        "select pg_advisory_xact_lock(hashtextextended('device.group:' || cast(? as uuid), 0))",
        group.value());
  }

  /// Returns those that were not in the group. Rows are written in the order of their ids, so that
  /// two of these never wait for each other.
  static List<DeviceId> join(
      Handle handle, OrganizationId organization, GroupId group, Collection<DeviceId> devices) {
    return handle
        .createQuery(
            """
            insert into device.group_member (organization_id, group_id, device_id)
            select :organization, :group, id from unnest(:devices) as d (id) order by id
            on conflict do nothing
            returning device_id
            """)
        .bind("organization", organization)
        .bind("group", group.value())
        .bindArray("devices", UUID.class, devices.stream().map(DeviceId::value).toList())
        .mapTo(UUID.class)
        .map(DeviceId::new)
        .list();
  }

  /// False when the device was not in the group.
  static boolean leave(Handle handle, OrganizationId organization, GroupId group, DeviceId device) {
    return handle.execute(
            """
            delete from device.group_member
            where organization_id = ? and group_id = ? and device_id = ?
            """,
            organization,
            group.value(),
            device.value())
        == 1;
  }

  static List<GroupId> groupsOf(Handle handle, OrganizationId organization, DeviceId device) {
    return handle
        .createQuery(
            """
            select group_id from device.group_member
            where organization_id = :organization and device_id = :device
            """)
        .bind("organization", organization)
        .bind("device", device.value())
        .mapTo(UUID.class)
        .map(GroupId::new)
        .list();
  }

  static Map<DeviceId, List<GroupId>> groupsOf(
      Handle handle, OrganizationId organization, Collection<DeviceId> devices) {
    Map<DeviceId, List<GroupId>> groups = new HashMap<>();
    handle
        .createQuery(
            """
            select device_id, group_id from device.group_member
            where organization_id = :organization and device_id = any(:devices)
            """)
        .bind("organization", organization)
        .bindArray("devices", UUID.class, devices.stream().map(DeviceId::value).toList())
        .map((row, _) ->
            groups
                .computeIfAbsent(new DeviceId(row.getObject(1, UUID.class)), _ -> new ArrayList<>())
                .add(new GroupId(row.getObject(2, UUID.class))))
        .list();
    return groups;
  }

  static void leaveAll(Handle handle, OrganizationId organization, DeviceId device) {
    handle.execute(
        "delete from device.group_member where organization_id = ? and device_id = ?",
        organization,
        device.value());
  }

  static Set<DeviceId> membersAmong(
      Handle handle, OrganizationId organization, GroupId group, Collection<DeviceId> devices) {
    return handle
        .createQuery(
            """
            select device_id from device.group_member
            where organization_id = :organization and group_id = :group and device_id = any(:devices)
            """)
        .bind("organization", organization)
        .bind("group", group.value())
        .bindArray("devices", UUID.class, devices.stream().map(DeviceId::value).toList())
        .map((row, _) -> new DeviceId(row.getObject(1, UUID.class)))
        .set();
  }

  /// The names of the groups of each device, sorted; a device in none is missing.
  static Map<DeviceId, List<String>> namesOf(
      Handle handle, OrganizationId organization, Collection<DeviceId> devices) {
    return handle
        .createQuery(
            """
            select m.device_id, array_agg(g.name order by g.name) as names
            from device.group_member m
            join device.device_group g on g.organization_id = m.organization_id and g.id = m.group_id
            where m.organization_id = :organization and m.device_id = any(:devices)
            group by m.device_id
            """)
        .bind("organization", organization)
        .bindArray("devices", UUID.class, devices.stream().map(DeviceId::value).toList())
        .reduceRows(
            new HashMap<>(),
            (names, row) -> {
              names.put(
                  new DeviceId(row.getColumn("device_id", UUID.class)),
                  List.of(row.getColumn("names", String[].class)));
              return names;
            });
  }

  private static Group group(ResultSet row, StatementContext context) throws SQLException {
    return new Group(
        new GroupId(row.getObject("id", UUID.class)),
        new OrganizationId(row.getObject("organization_id", UUID.class)),
        row.getString("name"),
        DeviceStore.instant(row, "created_at"));
  }
}
