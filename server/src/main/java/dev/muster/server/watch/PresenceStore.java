package dev.muster.server.watch;

import dev.muster.server.alert.Ledger.Subject;
import dev.muster.server.device.DeviceId;
import dev.muster.server.device.DeviceStatus;
import dev.muster.server.platform.OrganizationId;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The SQL of presence. Who writes a device's status holds the device before its row here.
final class PresenceStore {
  /// @param before the status to give back; null while the device's was left as it is
  record Row(boolean silent, @Nullable DeviceStatus before) {}

  private static final UUID BEGIN = new UUID(0, 0);

  private PresenceStore() {}

  /// Notes that the devices are silent, or are not, and that their status is to follow.
  static void say(Handle handle, Collection<Subject> subjects, boolean silent) {
    if (!subjects.isEmpty()) {
      handle
          .createUpdate(
              """
              insert into watch.presence (organization_id, device_id, silent, due)
              select organization_id, device_id, :silent, true
              from unnest(:organizations, :devices) as n (organization_id, device_id)
              order by organization_id, device_id
              on conflict (organization_id, device_id) do update set silent = excluded.silent, due = true
              """)
          .bind("silent", silent)
          .bindArray(
              "organizations",
              UUID.class,
              subjects.stream().map(subject -> subject.organization().value()).toList())
          .bindArray("devices", UUID.class, subjects.stream().map(Subject::id).toList())
          .execute();
    }
  }

  /// Some of those whose status is to follow, not locked.
  ///
  /// @param behind where to go on; null for the beginning
  static List<Subject> due(Handle handle, @Nullable Subject behind, int limit) {
    return handle
        .createQuery(
            """
            select organization_id, device_id from watch.presence
            where due and (organization_id, device_id) > (:organization, :device)
            order by organization_id, device_id limit :limit
            """)
        .bind("organization", behind == null ? BEGIN : behind.organization().value())
        .bind("device", behind == null ? BEGIN : behind.id())
        .bind("limit", limit)
        .map((row, _) ->
            new Subject(
                new OrganizationId(row.getObject(1, UUID.class)), row.getObject(2, UUID.class)))
        .list();
  }

  /// Those of the devices that there are, locked.
  static Map<DeviceId, Row> hold(
      Handle handle, OrganizationId organization, Collection<DeviceId> devices) {
    Map<DeviceId, Row> found = new LinkedHashMap<>();
    handle
        .createQuery(
            """
            select device_id, silent, before from watch.presence
            where organization_id = :organization and device_id = any(:devices)
            order by device_id for update
            """)
        .bind("organization", organization)
        .bindArray("devices", UUID.class, devices.stream().map(DeviceId::value).toList())
        .map((row, _) -> {
          String before = row.getString(3);
          return Map.entry(
              new DeviceId(row.getObject(1, UUID.class)),
              new Row(row.getBoolean(2), before == null ? null : DeviceStatus.valueOf(before)));
        })
        .forEach(entry -> found.put(entry.getKey(), entry.getValue()));
    return found;
  }

  /// Writes rows that are held or new; their status has followed.
  static void write(Handle handle, OrganizationId organization, Map<DeviceId, Row> rows) {
    if (!rows.isEmpty()) {
      handle
          .createUpdate(
              """
              insert into watch.presence (organization_id, device_id, silent, due, before)
              select :organization, device_id, silent, false, before
              from unnest(:devices, :silent, :before) as n (device_id, silent, before)
              order by device_id
              on conflict (organization_id, device_id)
                do update set silent = excluded.silent, due = false, before = excluded.before
              """)
          .bind("organization", organization)
          .bindArray("devices", UUID.class, rows.keySet().stream().map(DeviceId::value).toList())
          .bindArray("silent", Boolean.class, rows.values().stream().map(Row::silent).toList())
          .bindArray(
              "before", String.class, rows.values().stream().map(PresenceStore::word).toList())
          .execute();
    }
  }

  /// Remembers the status of a device, unless one is remembered already.
  static void keep(
      Handle handle, OrganizationId organization, DeviceId device, DeviceStatus before) {
    handle
        .createUpdate(
            """
            insert into watch.presence (organization_id, device_id, silent, due, before)
            values (:organization, :device, false, false, :before)
            on conflict (organization_id, device_id)
              do update set before = coalesce(presence.before, excluded.before)
            """)
        .bind("organization", organization)
        .bind("device", device.value())
        .bind("before", before.name())
        .execute();
  }

  private static @Nullable String word(Row row) {
    DeviceStatus before = row.before();
    return before == null ? null : before.name();
  }

  static void delete(Handle handle, OrganizationId organization, Collection<DeviceId> devices) {
    if (!devices.isEmpty()) {
      handle
          .createUpdate(
              """
              delete from watch.presence
              where organization_id = :organization and device_id = any(:devices)
              """)
          .bind("organization", organization)
          .bindArray("devices", UUID.class, devices.stream().map(DeviceId::value).toList())
          .execute();
    }
  }

  /// The device takes no part any more, so that it is not silent either.
  static void end(Handle handle, OrganizationId organization, DeviceId device) {
    handle.execute(
        """
        update watch.presence set silent = false, due = true
        where organization_id = ? and device_id = ?
        """,
        organization,
        device.value());
  }

  /// Has the status of a device that is silent follow once more.
  static void again(Handle handle, OrganizationId organization, Collection<DeviceId> devices) {
    handle
        .createUpdate(
            """
            update watch.presence set due = true
            where organization_id = :organization and device_id = any(:devices) and silent
            """)
        .bind("organization", organization)
        .bindArray("devices", UUID.class, devices.stream().map(DeviceId::value).toList())
        .execute();
  }
}
