package dev.muster.server.credential;

import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.OrganizationId;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The SQL of command secrets, which it knows in their sealed form only.
final class CommandSecretStore {
  /// The secrets of one device, sealed; `next` is null when no rotation is under way.
  static final class Row {
    final byte[] sealed;
    final @Nullable Instant handedOutAt;
    final byte @Nullable [] next;
    final @Nullable Instant nextHandedOutAt;

    Row(
        byte[] sealed,
        @Nullable Instant handedOutAt,
        byte @Nullable [] next,
        @Nullable Instant nextHandedOutAt) {
      this.sealed = sealed;
      this.handedOutAt = handedOutAt;
      this.next = next;
      this.nextHandedOutAt = nextHandedOutAt;
    }
  }

  private CommandSecretStore() {}

  /// Until the end of the transaction nobody else changes the device's secrets.
  static void lock(Handle handle, DeviceId device) {
    DeviceTokenStore.lock(handle, device);
  }

  static Optional<Row> find(Handle handle, OrganizationId organization, DeviceId device) {
    return handle
        .createQuery(
            """
            select sealed, handed_out_at, next_sealed, next_handed_out_at
            from credential.command_secret
            where organization_id = :organization and device_id = :device
            """)
        .bind("organization", organization)
        .bind("device", device.value())
        .map((row, _) ->
            new Row(
                row.getBytes("sealed"),
                instant(row.getObject("handed_out_at", OffsetDateTime.class)),
                row.getBytes("next_sealed"),
                instant(row.getObject("next_handed_out_at", OffsetDateTime.class))))
        .findOne();
  }

  static void put(
      Handle handle, OrganizationId organization, DeviceId device, Row row, Instant now) {
    handle
        .createUpdate(
            """
            insert into credential.command_secret
              (organization_id, device_id, sealed, handed_out_at, next_sealed, next_handed_out_at, changed_at)
            values (:organization, :device, :sealed, :handedOutAt, :next, :nextHandedOutAt, :now)
            on conflict (organization_id, device_id) do update set
              sealed = excluded.sealed, handed_out_at = excluded.handed_out_at,
              next_sealed = excluded.next_sealed, next_handed_out_at = excluded.next_handed_out_at,
              changed_at = excluded.changed_at
            """)
        .bind("organization", organization)
        .bind("device", device.value())
        .bind("sealed", row.sealed)
        .bind("handedOutAt", row.handedOutAt)
        .bind("next", row.next)
        .bind("nextHandedOutAt", row.nextHandedOutAt)
        .bind("now", now)
        .execute();
  }

  /// The sealed secrets that the devices know, as far as they do.
  static Map<DeviceId, byte[]> known(
      Handle handle, OrganizationId organization, Collection<DeviceId> devices) {
    return handle
        .createQuery(
            """
            select device_id, sealed from credential.command_secret
            where organization_id = :organization and device_id = any(:devices)
              and handed_out_at is not null
            """)
        .bind("organization", organization)
        .bindArray("devices", UUID.class, devices.stream().map(DeviceId::value).toList())
        .reduceRows(
            new HashMap<>(),
            (known, row) -> {
              known.put(
                  new DeviceId(row.getColumn("device_id", UUID.class)),
                  row.getColumn("sealed", byte[].class));
              return known;
            });
  }

  static void remove(Handle handle, OrganizationId organization, DeviceId device) {
    handle.execute(
        "delete from credential.command_secret where organization_id = ? and device_id = ?",
        organization,
        device.value());
  }

  private static @Nullable Instant instant(@Nullable OffsetDateTime time) {
    return time == null ? null : time.toInstant();
  }
}
