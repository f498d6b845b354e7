package dev.muster.server.sync;

import dev.muster.server.device.DeviceId;
import dev.muster.server.device.DeviceSyncs;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The SQL of what each device has been told, and of the log of pushes and pulls.
final class DeviceStateStore {
  private static final int CURSORS = 16;

  /// @param lastPull null when it has never pulled
  /// @param wholeUntil up to which change it is told everything
  record State(@Nullable Instant lastPull, long wholeUntil) {
    static State of(ResultSet row) throws SQLException {
      return new State(
          instant(row.getObject("last_pull_at", OffsetDateTime.class)), row.getLong("whole_until"));
    }
  }

  private DeviceStateStore() {}

  /// For the rest of the transaction.
  static void readOnly(Handle handle) {
    handle.execute("set transaction read only");
  }

  /// Holds the device until the end of the transaction: its pushes come one after the other.
  ///
  /// @param pushed the highest of its own components in the push
  static State hold(
      Handle handle, OrganizationId organization, UUID device, long pushed, Instant now) {
    return handle
        .createQuery(
            """
            insert into sync.device as d (organization_id, device_id, last_sync_at, acknowledged)
            values (:organization, :device, :now, :pushed)
            on conflict (organization_id, device_id) do update
            set last_sync_at = greatest(d.last_sync_at, excluded.last_sync_at),
              acknowledged = greatest(d.acknowledged, excluded.acknowledged)
            returning last_pull_at, whole_until
            """)
        .bind("organization", organization)
        .bind("device", device)
        .bind("pushed", pushed)
        .bind("now", now)
        .map((row, _) -> State.of(row))
        .one();
  }

  static Optional<State> find(Handle handle, OrganizationId organization, UUID device) {
    return handle
        .createQuery(
            "select last_pull_at, whole_until from sync.device where organization_id = :organization and device_id = :device")
        .bind("organization", organization)
        .bind("device", device)
        .map((row, _) -> State.of(row))
        .findOne();
  }

  /// Notes a pull, at most once a minute.
  ///
  /// @return whether it was noted
  static boolean pulled(Handle handle, OrganizationId organization, UUID device, Instant now) {
    return handle
            .createUpdate(
                """
                insert into sync.device as d (organization_id, device_id, last_pull_at, last_sync_at)
                values (:organization, :device, :now, :now)
                on conflict (organization_id, device_id) do update set last_pull_at = :now, last_sync_at = :now
                where d.last_pull_at is null or d.last_pull_at < cast(:now as timestamptz) - interval '1 minute'
                """)
            .bind("organization", organization)
            .bind("device", device)
            .bind("now", now)
            .execute()
        > 0;
  }

  static Map<DeviceId, DeviceSyncs.Sync> syncs(
      Handle handle, OrganizationId organization, Collection<DeviceId> devices) {
    return handle
        .createQuery(
            """
            select device_id, last_sync_at, acknowledged from sync.device
            where organization_id = :organization and device_id = any(:devices)
            """)
        .bind("organization", organization)
        .bindArray("devices", UUID.class, devices.stream().map(DeviceId::value).toList())
        .map((row, _) ->
            Map.entry(
                new DeviceId(row.getObject("device_id", UUID.class)),
                new DeviceSyncs.Sync(
                    row.getObject("last_sync_at", OffsetDateTime.class).toInstant(),
                    row.getLong("acknowledged"))))
        .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  /// The device begins anew, from 0. What it was given before is no cursor any more: up to there it
  /// may not have heard of deletions that are forgotten by now.
  static void beginAgain(Handle handle, OrganizationId organization, UUID device, long wholeUntil) {
    handle.execute(
        "delete from sync.cursor where organization_id = ? and device_id = ?",
        organization,
        device);
    handle.execute(
        "update sync.device set whole_until = ? where organization_id = ? and device_id = ?",
        wholeUntil,
        organization,
        device);
  }

  static boolean hasIssued(Handle handle, OrganizationId organization, UUID device, long cursor) {
    return handle
        .createQuery(
            """
            select exists (select from sync.cursor
              where organization_id = :organization and device_id = :device and cursor = :cursor)
            """)
        .bind("organization", organization)
        .bind("device", device)
        .bind("cursor", cursor)
        .mapTo(boolean.class)
        .one();
  }

  /// Remembers a cursor before the device hears of it, and forgets all but the newest ones: an
  /// older one is read as a time, and only brings more than it had to.
  static void issue(
      Handle handle, OrganizationId organization, UUID device, long cursor, Instant now) {
    int made =
        handle
            .createUpdate(
                """
                insert into sync.cursor (organization_id, device_id, cursor, issued_at)
                values (:organization, :device, :cursor, :now) on conflict do nothing
                """)
            .bind("organization", organization)
            .bind("device", device)
            .bind("cursor", cursor)
            .bind("now", now)
            .execute();
    if (made > 0) {
      handle
          .createUpdate(
              """
              delete from sync.cursor where organization_id = :organization and device_id = :device
                and cursor in (
                  select cursor from sync.cursor where organization_id = :organization and device_id = :device
                  order by issued_at desc, cursor desc offset :kept)
              """)
          .bind("organization", organization)
          .bind("device", device)
          .bind("kept", CURSORS)
          .execute();
    }
  }

  static void log(
      Handle handle,
      OrganizationId organization,
      @Nullable UUID user,
      UUID device,
      String operation,
      int items,
      int conflicts,
      String outcome,
      long durationMs,
      @Nullable String clientVersion,
      Instant now) {
    handle
        .createUpdate(
            """
            insert into sync.log (organization_id, id, user_id, device_id, operation, items, conflicts, duration_ms,
              outcome, client_version, created_at)
            values (:organization, :id, :user, :device, :operation, :items, :conflicts, :ms, :outcome, :client, :now)
            """)
        .bind("organization", organization)
        .bind("id", Ids.next())
        .bind("user", user)
        .bind("device", device)
        .bind("operation", operation)
        .bind("items", items)
        .bind("conflicts", conflicts)
        .bind("outcome", outcome)
        .bind("ms", (int) Math.min(Integer.MAX_VALUE, durationMs))
        .bind("client", clientVersion)
        .bind("now", now)
        .execute();
  }

  /// Newest first.
  static List<SyncLog> logs(Handle handle, OrganizationId organization, int limit, int offset) {
    return handle
        .createQuery(
            """
            select l.id, l.user_id, u.name as user_name, l.device_id, d.name as device_name, l.operation, l.items,
              l.conflicts, l.duration_ms, l.outcome, l.client_version, l.created_at
            from sync.log l
            left join identity.users u on u.organization_id = l.organization_id and u.id = l.user_id
            left join device.device d on d.organization_id = l.organization_id and d.id = l.device_id
            where l.organization_id = :organization
            order by l.created_at desc, l.id desc limit :limit offset :offset
            """)
        .bind("organization", organization)
        .bind("limit", limit)
        .bind("offset", offset)
        .map((row, _) ->
            new SyncLog(
                row.getObject("id", UUID.class),
                row.getObject("user_id", UUID.class),
                row.getString("user_name"),
                row.getObject("device_id", UUID.class),
                row.getString("device_name"),
                row.getString("operation"),
                row.getInt("items"),
                row.getInt("conflicts"),
                row.getInt("duration_ms"),
                row.getString("outcome"),
                row.getString("client_version"),
                row.getObject("created_at", OffsetDateTime.class).toInstant()))
        .list();
  }

  static long countLogs(Handle handle, OrganizationId organization) {
    return handle
        .createQuery("select count(*) from sync.log where organization_id = :organization")
        .bind("organization", organization)
        .mapTo(long.class)
        .one();
  }

  static int logsBefore(Handle handle, Instant before) {
    return handle
        .createQuery("select count(*) from sync.log where created_at < :before")
        .bind("before", before)
        .mapTo(int.class)
        .one();
  }

  /// @return how many there were, at most `limit`
  static int forgetLogs(Handle handle, Instant before, int limit) {
    return handle
        .createUpdate(
            """
            delete from sync.log where ctid = any(array(
              select ctid from sync.log where created_at < :before limit :limit))
            """)
        .bind("before", before)
        .bind("limit", limit)
        .execute();
  }

  private static @Nullable Instant instant(@Nullable OffsetDateTime time) {
    return time == null ? null : time.toInstant();
  }
}
