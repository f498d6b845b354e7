package dev.muster.server.device;

import dev.muster.protocol.Json;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import java.time.Instant;
import java.util.Collection;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// The SQL of the history of devices. Its bodies use the names of the REST row.
final class EventStore {
  private EventStore() {}

  /// The same event for each of the devices.
  static void append(
      Handle handle,
      OrganizationId organization,
      Collection<DeviceId> devices,
      EventKind kind,
      Json.Obj body,
      Instant at) {
    handle
        .createUpdate(
            """
            insert into device.event (organization_id, id, device_id, kind, body, at)
            select :organization, e.id, e.device_id, :kind, cast(:body as jsonb), :at
            from unnest(:ids, :devices) as e (id, device_id)
            """)
        .bind("organization", organization)
        .bindArray("ids", UUID.class, devices.stream().map(_ -> Ids.next()).toList())
        .bindArray("devices", UUID.class, devices.stream().map(DeviceId::value).toList())
        .bind("kind", kind.name())
        .bind("body", body.canonical())
        .bind("at", at)
        .execute();
  }
}
