package dev.muster.server.credential;

import dev.muster.server.device.DeviceId;
import dev.muster.server.device.Lifecycle;
import dev.muster.server.platform.OrganizationId;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/// The SQL of device tokens.
final class DeviceTokenStore {
  /// A token, and where its device is in its life.
  record Row(
      OrganizationId organization,
      UUID id,
      UUID deviceId,
      String secretHash,
      boolean used,
      boolean revoked,
      Lifecycle lifecycle) {}

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

  static int forgetRevoked(Handle handle, Instant before, int limit) {
    return handle
        .createUpdate(
            """
            delete from credential.device_token where (organization_id, id) in (
              select organization_id, id from credential.device_token
              where revoked_at < :before limit :limit)
            """)
        .bind("before", before)
        .bind("limit", limit)
        .execute();
  }

  /// In whatever organization it is, revoked or not.
  static Optional<Row> find(Handle handle, UUID id) {
    return Optional.ofNullable(find(handle, List.of(id)).get(id));
  }

  /// Those that there are, by their id.
  static Map<UUID, Row> find(Handle handle, Collection<UUID> ids) {
    return handle
        .createQuery(
            """
            select t.organization_id, t.id, t.device_id, t.secret_hash, t.first_used_at is not null as used,
              t.revoked_at is not null as revoked, d.lifecycle
            from credential.device_token t
            join device.device d on d.organization_id = t.organization_id and d.id = t.device_id
            where t.id = any(:ids)
            """)
        .bindArray("ids", UUID.class, List.copyOf(ids))
        .map((row, _) ->
            new Row(
                new OrganizationId(row.getObject("organization_id", UUID.class)),
                row.getObject("id", UUID.class),
                row.getObject("device_id", UUID.class),
                row.getString("secret_hash"),
                row.getBoolean("used"),
                row.getBoolean("revoked"),
                Lifecycle.valueOf(row.getString("lifecycle"))))
        .collectToMap(Row::id, Function.identity());
  }

  /// The tokens of the device that are not revoked.
  static List<UUID> live(Handle handle, OrganizationId organization, DeviceId device) {
    return handle
        .createQuery(
            """
            select id from credential.device_token
            where organization_id = :organization and device_id = :device and revoked_at is null
            """)
        .bind("organization", organization)
        .bind("device", device.value())
        .mapTo(UUID.class)
        .list();
  }

  static boolean hasAny(Handle handle, OrganizationId organization, DeviceId device) {
    return handle
        .createQuery(
            """
            select exists (
              select from credential.device_token
              where organization_id = :organization and device_id = :device)
            """)
        .bind("organization", organization)
        .bind("device", device.value())
        .mapTo(boolean.class)
        .one();
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

  /// Those of `ids` that are not, no more or not now good.
  static List<UUID> revokedAmong(Handle handle, Collection<UUID> ids) {
    return handle
        .createQuery(
            """
            select asked.id from unnest(:ids) as asked (id)
            where not exists (
              select from credential.device_token t
              join device.device d on d.organization_id = t.organization_id and d.id = t.device_id
              where t.id = asked.id and t.revoked_at is null and d.lifecycle = 'ACTIVE')
            """)
        .bindArray("ids", UUID.class, ids)
        .mapTo(UUID.class)
        .list();
  }
}
