package dev.muster.server.device;

import dev.muster.server.platform.OrganizationId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// The SQL of what devices are doing: the one part of a device that changes often, and so is
/// written without looking at the rest of what the device is found by.
final class DeviceStatusStore {
  private DeviceStatusStore() {}

  /// Writes the statuses of devices, which are locked, and returns the devices in no order.
  static List<Device> write(
      Handle handle,
      OrganizationId organization,
      Map<DeviceId, DeviceStatus> statuses,
      Instant now) {
    List<UUID> ids = new ArrayList<>();
    List<String> words = new ArrayList<>();
    statuses.forEach((id, status) -> {
      ids.add(id.value());
      words.add(status.name());
    });
    List<Device> written =
        handle
            .createQuery(
                """
                update device.device d set status = said.status, updated_at = :now
                from unnest(:ids, :statuses) as said (id, status)
                where d.organization_id = :organization and d.id = said.id
                returning
                """
                    + DeviceStore.COLUMNS)
            .bindArray("ids", UUID.class, ids)
            .bindArray("statuses", String.class, words)
            .bind("now", now)
            .bind("organization", organization)
            .map(DeviceStore::device)
            .list();
    handle
        .createUpdate(
            """
            with gone as (
              delete from device.facet f
              where f.organization_id = :organization and f.device_id = any(:ids)
                and starts_with(f.facet, 'status=')
              returning f.organization_id, f.retired, f.device_id, f.name_key, f.handle_key)
            insert into device.facet (organization_id, facet, retired, device_id, name_key, handle_key)
            select g.organization_id, 'status=' || d.status, g.retired, g.device_id, g.name_key, g.handle_key
            from gone g join device.device d on d.organization_id = g.organization_id and d.id = g.device_id
            """)
        .bindArray("ids", UUID.class, ids)
        .bind("organization", organization)
        .execute();
    return written;
  }
}
