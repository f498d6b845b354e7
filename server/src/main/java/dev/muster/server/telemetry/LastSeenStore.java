package dev.muster.server.telemetry;

import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.OrganizationId;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// The SQL of when devices were last heard.
final class LastSeenStore {
  private LastSeenStore() {}

  static Map<LastSeen.Key, Instant> hold(Handle handle, Collection<LastSeen.Key> keys) {
    Map<LastSeen.Key, Instant> seen = new HashMap<>();
    handle
        .createQuery(
            """
            select s.organization_id, s.device_id, s.seen_at
            from telemetry.last_status s
            join unnest(:organizations, :devices) as k (organization_id, device_id)
              on k.organization_id = s.organization_id and k.device_id = s.device_id
            order by s.organization_id, s.device_id
            for no key update of s skip locked
            """)
        .bindArray(
            "organizations",
            UUID.class,
            keys.stream().map(key -> key.organization().value()).toList())
        .bindArray("devices", UUID.class, keys.stream().map(key -> key.device().value()).toList())
        .map((row, _) ->
            Map.entry(
                new LastSeen.Key(
                    new OrganizationId(row.getObject(1, UUID.class)),
                    new DeviceId(row.getObject(2, UUID.class))),
                row.getObject(3, OffsetDateTime.class).toInstant()))
        .forEach(entry -> seen.put(entry.getKey(), entry.getValue()));
    return seen;
  }

  static void await(Handle handle, LastSeen.Key key) {
    handle
        .createQuery(
            """
            select true from telemetry.last_status
            where organization_id = :organization and device_id = :device
            for no key update
            """)
        .bind("organization", key.organization())
        .bind("device", key.device().value())
        .mapTo(Boolean.class)
        .list();
  }
}
