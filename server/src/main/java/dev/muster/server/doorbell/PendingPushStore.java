package dev.muster.server.doorbell;

import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.OrganizationId;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// The SQL of pushes that are to come.
final class PendingPushStore {
  /// A push that is leased to whoever claimed it.
  record Pending(OrganizationId organization, DeviceId device, int revision, int attempt) {}

  private PendingPushStore() {}

  /// For those of the devices that have a push token. One that waits already keeps its time.
  static void insert(Handle handle, Collection<DeviceId> devices, Instant due) {
    handle
        .createUpdate(
            """
            insert into doorbell.pending_push as pending (organization_id, device_id, due_at)
            select organization_id, device_id, :due from doorbell.push_token
            where device_id = any(:devices)
            order by device_id
            on conflict (organization_id, device_id) do update set revision = pending.revision + 1
            """)
        .bind("due", due)
        .bindArray("devices", UUID.class, ids(devices))
        .execute();
  }

  static void remove(Handle handle, Collection<DeviceId> devices) {
    handle
        .createUpdate(
            """
            delete from doorbell.pending_push where (organization_id, device_id) in (
              select organization_id, device_id from doorbell.pending_push
              where device_id = any(:devices)
              order by device_id
              for update)
            """)
        .bindArray("devices", UUID.class, ids(devices))
        .execute();
  }

  /// Those that are due, leased until `until`.
  static List<Pending> claim(Handle handle, Instant now, Instant until, int limit) {
    return handle
        .createQuery(
            """
            update doorbell.pending_push set due_at = :until
            where (organization_id, device_id) in (
              select organization_id, device_id from doorbell.pending_push
              where due_at <= :now
              order by due_at limit :limit
              for update skip locked)
            returning organization_id, device_id, revision, attempt
            """)
        .bind("now", now)
        .bind("until", until)
        .bind("limit", limit)
        .map((row, _) ->
            new Pending(
                new OrganizationId(row.getObject("organization_id", UUID.class)),
                new DeviceId(row.getObject("device_id", UUID.class)),
                row.getInt("revision"),
                row.getInt("attempt")))
        .list();
  }

  /// The device has been told. What has changed since the claim is to be told again.
  static void finish(Handle handle, Pending done, Instant due) {
    int removed =
        handle.execute(
            """
            delete from doorbell.pending_push
            where organization_id = ? and device_id = ? and revision = ?
            """,
            done.organization(),
            done.device().value(),
            done.revision());
    if (removed == 0) {
      postpone(handle, done, 1, due);
    }
  }

  /// Nothing happens to one that is gone: the device has heard.
  static void postpone(Handle handle, Pending pending, int attempt, Instant due) {
    handle.execute(
        """
        update doorbell.pending_push set attempt = ?, due_at = ?
        where organization_id = ? and device_id = ?
        """,
        attempt,
        due,
        pending.organization(),
        pending.device().value());
  }

  private static List<UUID> ids(Collection<DeviceId> devices) {
    return devices.stream().map(DeviceId::value).toList();
  }
}
