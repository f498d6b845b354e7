package dev.muster.server.doorbell;

import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.OrganizationId;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// The SQL of push tokens.
final class PushTokenStore {
  private PushTokenStore() {}

  static void put(Handle handle, Device device, String token, Instant now) {
    put(handle, List.of(new PushToken(device.organization(), device.id(), token)), now);
  }

  /// One a device, in the order of their keys, so that two nodes cannot wait for each other. What
  /// is there already is not written again.
  static void put(Handle handle, Collection<PushToken> tokens, Instant now) {
    handle
        .createUpdate(
            """
            insert into doorbell.push_token as t (organization_id, device_id, token, updated_at)
            select organization_id, device_id, token, :now
            from unnest(:organizations, :devices, :tokens) as i (organization_id, device_id, token)
            order by organization_id, device_id
            on conflict (organization_id, device_id)
            do update set token = excluded.token, updated_at = excluded.updated_at
            where t.token is distinct from excluded.token
            """)
        .bind("now", now)
        .bindArray(
            "organizations",
            UUID.class,
            tokens.stream().map(t -> t.organization().value()).toList())
        .bindArray("devices", UUID.class, tokens.stream().map(t -> t.device().value()).toList())
        .bindArray("tokens", String.class, tokens.stream().map(PushToken::text).toList())
        .execute();
  }

  /// In whatever organizations the transaction sees.
  static Map<DeviceId, PushToken> find(Handle handle, Collection<DeviceId> devices) {
    return handle
        .createQuery(
            """
            select organization_id, device_id, token from doorbell.push_token
            where device_id = any(:devices)
            """)
        .bindArray("devices", UUID.class, devices.stream().map(DeviceId::value).toList())
        .reduceRows(
            new HashMap<>(),
            (tokens, row) -> {
              DeviceId device = new DeviceId(row.getColumn("device_id", UUID.class));
              OrganizationId organization =
                  new OrganizationId(row.getColumn("organization_id", UUID.class));
              tokens.put(
                  device,
                  new PushToken(organization, device, row.getColumn("token", String.class)));
              return tokens;
            });
  }

  /// Unless the device has another by now.
  static void remove(Handle handle, PushToken token) {
    handle.execute(
        """
        delete from doorbell.push_token
        where organization_id = ? and device_id = ? and token = ?
        """,
        token.organization(),
        token.device().value(),
        token.text());
  }
}
