package dev.muster.server.credential;

import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.OrganizationId;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// The SQL of device tokens.
final class DeviceTokenStore {
  /// A token that is not revoked.
  record Row(
      OrganizationId organization, UUID id, UUID deviceId, String secretHash, boolean used) {}

  private DeviceTokenStore() {}

  /// Until the end of the transaction nobody else makes, uses first or revokes a token of the
  /// device.
  static void lock(Handle handle, DeviceId device) {
    handle.execute(
        "select pg_advisory_xact_lock(hashtextextended('credential.device:' || cast(? as uuid), 0))",
        device.value());
  }

  static void insert(
      Handle handle,
      OrganizationId organization,
      DeviceId device,
      UUID id,
      String hash,
      Instant now) {
    handle
        .createUpdate(
            """
            insert into credential.device_token
              (organization_id, id, device_id, generation, secret_hash, created_at)
            select :organization, :id, :device, coalesce(max(generation), 0) + 1, :hash, :now
            from credential.device_token
            where organization_id = :organization and device_id = :device
            """)
        .bind("organization", organization)
        .bind("id", id)
        .bind("device", device.value())
        .bind("hash", hash)
        .bind("now", now)
        .execute();
  }

  /// In whatever organization it is, unless it is revoked.
  static Optional<Row> findLive(Handle handle, UUID id) {
    return handle
        .createQuery(
            """
            select organization_id, id, device_id, secret_hash, first_used_at is not null as used
            from credential.device_token
            where id = :id and revoked_at is null
            """)
        .bind("id", id)
        .map((row, _) ->
            new Row(
                new OrganizationId(row.getObject("organization_id", UUID.class)),
                row.getObject("id", UUID.class),
                row.getObject("device_id", UUID.class),
                row.getString("secret_hash"),
                row.getBoolean("used")))
        .findOne();
  }

  static void markUsed(Handle handle, OrganizationId organization, UUID id, Instant now) {
    handle.execute(
        """
        update credential.device_token set first_used_at = ?
        where organization_id = ? and id = ? and first_used_at is null
        """,
        now,
        organization,
        id);
  }

  /// Revokes the tokens of the device that are older than `id`, and returns them.
  static List<UUID> revokeBefore(
      Handle handle, OrganizationId organization, DeviceId device, UUID id, Instant now) {
    return handle
        .createQuery(
            """
            update credential.device_token t set revoked_at = :now
            from credential.device_token newer
            where t.organization_id = :organization and t.device_id = :device and t.revoked_at is null
              and newer.organization_id = t.organization_id and newer.id = :id
              and t.generation < newer.generation
            returning t.id
            """)
        .bind("now", now)
        .bind("organization", organization)
        .bind("device", device.value())
        .bind("id", id)
        .mapTo(UUID.class)
        .list();
  }

  /// Revokes all tokens of the device, and returns them.
  static List<UUID> revokeAll(
      Handle handle, OrganizationId organization, DeviceId device, Instant now) {
    return handle
        .createQuery(
            """
            update credential.device_token set revoked_at = :now
            where organization_id = :organization and device_id = :device and revoked_at is null
            returning id
            """)
        .bind("now", now)
        .bind("organization", organization)
        .bind("device", device.value())
        .mapTo(UUID.class)
        .list();
  }

  /// Those of `ids` that are not, or no more, good.
  static List<UUID> revokedAmong(Handle handle, Collection<UUID> ids) {
    return handle
        .createQuery(
            """
            select asked.id from unnest(:ids) as asked (id)
            where not exists (
              select from credential.device_token t where t.id = asked.id and t.revoked_at is null)
            """)
        .bindArray("ids", UUID.class, ids)
        .mapTo(UUID.class)
        .list();
  }
}
