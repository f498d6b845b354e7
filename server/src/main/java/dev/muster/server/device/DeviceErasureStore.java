package dev.muster.server.device;

import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// The SQL by which a device leaves this room.
final class DeviceErasureStore {
  private DeviceErasureStore() {}

  /// From now on nobody adds a row that refers to the device.
  static Device lock(Handle handle, OrganizationId organization, String idOrHandle) {
    Optional<UUID> id = Ids.parse(idOrHandle);
    return handle
        .createQuery(
            "select "
                + DeviceStore.COLUMNS
                + """
                from device.device d
                where d.organization_id = :organization and (d.id = :id or d.handle = :handle)
                for update
                """)
        .bind("organization", organization)
        .bindByType("id", id.orElse(null), UUID.class)
        .bindByType("handle", id.isPresent() ? null : idOrHandle, String.class)
        .map(DeviceStore::device)
        .findOne()
        .orElseThrow(() -> Refusal.notFound("device"));
  }

  static List<KnownDevices.Key> present(Handle handle, Collection<KnownDevices.Key> keys) {
    return handle
        .createQuery(
            """
            select d.organization_id, d.id from device.device d
            join unnest(:organizations, :devices) as k (organization_id, id)
              on k.organization_id = d.organization_id and k.id = d.id
            """)
        .bindArray(
            "organizations",
            UUID.class,
            keys.stream().map(key -> key.organization().value()).toList())
        .bindArray("devices", UUID.class, keys.stream().map(key -> key.device().value()).toList())
        .map((row, _) ->
            new KnownDevices.Key(
                new OrganizationId(row.getObject(1, UUID.class)),
                new DeviceId(row.getObject(2, UUID.class))))
        .list();
  }

  static void delete(Handle handle, Device device) {
    OrganizationId organization = device.organization();
    UUID id = device.id().value();
    for (String table : new String[] {"facet", "group_member", "event"}) {
      handle.execute(
          "delete from device." + table + " where organization_id = ? and device_id = ?",
          organization,
          id);
    }
    handle.execute(
        "delete from device.device where organization_id = ? and id = ?", organization, id);
    if (device.lifecycle() != Lifecycle.RETIRED) {
      DeviceUsageStore.add(handle, organization, -1);
    }
  }
}
