package dev.muster.server.device;

import dev.muster.server.platform.OrganizationId;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// The SQL of what devices are found by. The view `device.facet_due` says what that is, from the
/// rows as they are; whoever changes a device, its groups or its tags brings the table up to it in
/// the same transaction.
final class FacetStore {
  private FacetStore() {}

  /// For devices that are new.
  static void insert(Handle handle, OrganizationId organization, Collection<DeviceId> devices) {
    handle
        .createUpdate(
            """
            insert into device.facet (organization_id, facet, retired, device_id, name_key, handle_key)
            select organization_id, facet, retired, device_id, name_key, handle_key from device.facet_due
            where organization_id = :organization and device_id = any(:devices)
            order by device_id, facet
            on conflict do nothing
            """)
        .bind("organization", organization)
        .bindArray("devices", UUID.class, ids(devices))
        .execute();
  }

  /// Writes only rows that differ: a change of status is one row out and one in.
  static void refresh(Handle handle, OrganizationId organization, Collection<DeviceId> devices) {
    handle
        .createUpdate(
            """
            delete from device.facet f
            where f.organization_id = :organization and f.device_id = any(:devices)
              and (f.facet, f.retired, f.name_key, f.device_id) not in (
                select due.facet, due.retired, due.name_key, due.device_id from device.facet_due due
                where due.organization_id = :organization and due.device_id = any(:devices))
            """)
        .bind("organization", organization)
        .bindArray("devices", UUID.class, ids(devices))
        .execute();
    insert(handle, organization, devices);
  }

  private static List<UUID> ids(Collection<DeviceId> devices) {
    return devices.stream().map(DeviceId::value).toList();
  }
}
