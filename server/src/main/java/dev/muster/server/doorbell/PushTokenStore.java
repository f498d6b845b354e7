package dev.muster.server.doorbell;

import dev.muster.server.device.Device;
import java.time.Instant;
import org.jdbi.v3.core.Handle;

/// The SQL of push tokens.
final class PushTokenStore {
  private PushTokenStore() {}

  static void put(Handle handle, Device device, String token, Instant now) {
    handle
        .createUpdate(
            """
            insert into doorbell.push_token (organization_id, device_id, token, updated_at)
            values (:organization, :device, :token, :now)
            on conflict (organization_id, device_id)
            do update set token = excluded.token, updated_at = excluded.updated_at
            """)
        .bind("organization", device.organization())
        .bind("device", device.id().value())
        .bind("token", token)
        .bind("now", now)
        .execute();
  }
}
