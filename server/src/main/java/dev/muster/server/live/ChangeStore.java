package dev.muster.server.live;

import dev.muster.protocol.Json;
import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.JsonText;
import dev.muster.server.platform.OrganizationId;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The SQL of the log of changes.
final class ChangeStore {
  /// What a change is about.
  enum Kind {
    DEVICE,
    ACTION,
    ERASED,
    ALERT,
    COMPLIANCE,
    COMPLIANCE_OF_MANY
  }

  /// A change that is to be written.
  ///
  /// @param device null where it is of none, or of many
  /// @param handle null where there is no device, or where it is looked up
  /// @param action null unless it is one of an action
  record Entry(
      Kind kind,
      @Nullable DeviceId device,
      @Nullable String handle,
      @Nullable String action,
      Json.Obj snapshot) {}

  /// A change that was written.
  record Row(long number, Instant at, Entry entry) {}

  private ChangeStore() {}

  /// Appends the changes in their order. The transaction has its id before it takes a number,
  /// whoever calls this: [Settling] rests on that.
  static void append(Handle handle, OrganizationId organization, Instant at, List<Entry> entries) {
    handle
        .createUpdate(
            """
            insert into live.change (organization_id, at, kind, device_id, handle, action_id, snapshot)
            select :organization, :at, kind, device_id, handle, action_id, cast(snapshot as jsonb)
            from unnest(:kinds, :devices, :handles, :actions, :snapshots) with ordinality
              as e (kind, device_id, handle, action_id, snapshot, place)
            where pg_current_xact_id() is not null
            order by place
            """)
        .bind("organization", organization)
        .bind("at", at)
        .bindArray("kinds", String.class, entries.stream().map(e -> e.kind().name()).toList())
        .bindArray("devices", UUID.class, entries.stream().map(ChangeStore::device).toList())
        .bindArray("handles", String.class, entries.stream().map(Entry::handle).toList())
        .bindArray("actions", String.class, entries.stream().map(Entry::action).toList())
        .bindArray(
            "snapshots",
            String.class,
            entries.stream().map(entry -> entry.snapshot().canonical()).toList())
        .execute();
  }

  private static @Nullable UUID device(Entry entry) {
    return entry.device() == null ? null : entry.device().value();
  }

  static void erase(Handle handle, OrganizationId organization, DeviceId device) {
    handle.execute(
        "delete from live.change where organization_id = ? and device_id = ?",
        organization,
        device.value());
  }

  /// The changes after one number and up to another, in order.
  static List<Row> read(
      Handle handle, OrganizationId organization, long after, long upTo, int limit) {
    return handle
        .createQuery(
            """
            select number, at, kind, device_id, handle, action_id, snapshot::text as snapshot
            from live.change
            where organization_id = :organization and number > :after and number <= :upTo
            order by number
            limit :limit
            """)
        .bind("organization", organization)
        .bind("after", after)
        .bind("upTo", upTo)
        .bind("limit", limit)
        .map((row, _) -> {
          UUID device = row.getObject("device_id", UUID.class);
          return new Row(
              row.getLong("number"),
              row.getObject("at", OffsetDateTime.class).toInstant(),
              new Entry(
                  Kind.valueOf(row.getString("kind")),
                  device == null ? null : new DeviceId(device),
                  row.getString("handle"),
                  row.getString("action_id"),
                  JsonText.parseObject(row.getString("snapshot"))));
        })
        .list();
  }

  /// The greatest number that was forgotten; 0 when none was.
  static long horizon(Handle handle, OrganizationId organization) {
    return handle
        .createQuery("select number from live.horizon where organization_id = :organization")
        .bind("organization", organization)
        .mapTo(long.class)
        .findOne()
        .orElse(0L);
  }

  /// The greatest number that any transaction has taken, whatever becomes of it.
  static long lastTaken(Handle handle) {
    return handle
        .createQuery(
            "select case when is_called then last_value else 0 end from live.change_number_seq")
        .mapTo(long.class)
        .one();
  }

  /// Gives this transaction an id, greater than those of all that have one already.
  static long ownTransaction(Handle handle) {
    return handle
        .createQuery("select cast(cast(pg_current_xact_id() as text) as bigint)")
        .mapTo(long.class)
        .one();
  }

  /// Every transaction of a smaller id is over.
  static long oldestRunning(Handle handle) {
    return handle
        .createQuery("select cast(cast(pg_snapshot_xmin(pg_current_snapshot()) as text) as bigint)")
        .mapTo(long.class)
        .one();
  }

  /// Organizations that have changes, without reading all of these.
  static List<OrganizationId> organizations(Handle handle) {
    return handle
        .createQuery(
            """
            with recursive found as (
              (select organization_id from live.change order by organization_id limit 1)
              union all
              select (select c.organization_id from live.change c
                      where c.organization_id > found.organization_id
                      order by c.organization_id limit 1)
              from found where found.organization_id is not null)
            select organization_id from found where organization_id is not null
            """)
        .mapTo(UUID.class)
        .map(OrganizationId::new)
        .list();
  }

  /// Deletes those of the oldest changes of an organization that were made before `before`, and
  /// remembers which was the last.
  ///
  /// @param limit how many are looked at
  /// @return how many are gone
  static int forget(Handle handle, OrganizationId organization, Instant before, int limit) {
    return handle
        .createQuery(
            """
            with gone as (
              delete from live.change
              where organization_id = :organization and at < :before and number in (
                select number from live.change
                where organization_id = :organization order by number limit :limit)
              returning number),
            marked as (
              insert into live.horizon (organization_id, number)
              select :organization, max(number) from gone having count(*) > 0
              on conflict (organization_id)
                do update set number = greatest(horizon.number, excluded.number))
            select count(*) from gone
            """)
        .bind("organization", organization)
        .bind("before", before)
        .bind("limit", limit)
        .mapTo(int.class)
        .one();
  }
}
