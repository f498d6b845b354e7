package dev.muster.server.watch;

import dev.muster.server.alert.Ledger.Subject;
import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.OrganizationId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// The SQL of deadlines.
final class DeadlineStore {
  private DeadlineStore() {}

  /// Has the devices looked at by these times, unless they are to be looked at anyway.
  static void begin(Handle handle, Map<Subject, Instant> due) {
    if (!due.isEmpty()) {
      handle
          .createUpdate(
              """
              insert into watch.deadline as d (organization_id, device_id, due_at)
              select organization_id, device_id, cast(due_at as timestamptz)
              from unnest(:organizations, :devices, :due) as n (organization_id, device_id, due_at)
              order by organization_id, device_id
              on conflict (organization_id, device_id) do update set due_at = excluded.due_at
              where d.due_at is null
              """)
          .bindArray(
              "organizations",
              UUID.class,
              due.keySet().stream().map(subject -> subject.organization().value()).toList())
          .bindArray("devices", UUID.class, due.keySet().stream().map(Subject::id).toList())
          .bindArray("due", String.class, due.values().stream().map(Instant::toString).toList())
          .execute();
    }
  }

  /// Some of the devices that are due, their rows locked.
  static List<Subject> due(Handle handle, Instant now, int limit) {
    return handle
        .createQuery(
            """
            select organization_id, device_id from watch.deadline where due_at <= :now
            order by due_at limit :limit for update skip locked
            """)
        .bind("now", now)
        .bind("limit", limit)
        .map((row, _) ->
            new Subject(
                new OrganizationId(row.getObject(1, UUID.class)), row.getObject(2, UUID.class)))
        .list();
  }

  /// Moves deadlines whose rows are locked.
  static void move(Handle handle, Map<Subject, Instant> due) {
    if (!due.isEmpty()) {
      handle
          .createUpdate(
              """
              update watch.deadline d set due_at = cast(n.due_at as timestamptz)
              from unnest(:organizations, :devices, :due) as n (organization_id, device_id, due_at)
              where d.organization_id = n.organization_id and d.device_id = n.device_id
              """)
          .bindArray(
              "organizations",
              UUID.class,
              due.keySet().stream().map(subject -> subject.organization().value()).toList())
          .bindArray("devices", UUID.class, due.keySet().stream().map(Subject::id).toList())
          .bindArray("due", String.class, due.values().stream().map(Instant::toString).toList())
          .execute();
    }
  }

  /// The devices are looked at no more, until [#begin].
  static void rest(Handle handle, List<Subject> subjects) {
    if (!subjects.isEmpty()) {
      handle
          .createUpdate(
              """
              update watch.deadline d set due_at = null
              from unnest(:organizations, :devices) as n (organization_id, device_id)
              where d.organization_id = n.organization_id and d.device_id = n.device_id
              """)
          .bindArray(
              "organizations",
              UUID.class,
              subjects.stream().map(subject -> subject.organization().value()).toList())
          .bindArray("devices", UUID.class, subjects.stream().map(Subject::id).toList())
          .execute();
    }
  }

  /// The device is looked at again, if it ever was.
  static void resume(Handle handle, OrganizationId organization, DeviceId device, Instant due) {
    handle
        .createUpdate(
            """
            update watch.deadline set due_at = :due
            where organization_id = :organization and device_id = :device and due_at is null
            """)
        .bind("due", due)
        .bind("organization", organization)
        .bind("device", device.value())
        .execute();
  }

  /// Has no device of an organization looked at later than this.
  static void bringForward(Handle handle, OrganizationId organization, Instant latest) {
    handle
        .createUpdate(
            """
            update watch.deadline set due_at = :latest
            where organization_id = :organization and due_at > :latest
            """)
        .bind("latest", latest)
        .bind("organization", organization)
        .execute();
  }

  /// Has none of these devices looked at later than this.
  static void bringForward(
      Handle handle, OrganizationId organization, List<DeviceId> devices, Instant latest) {
    handle
        .createUpdate(
            """
            with late as materialized (
              select device_id from watch.deadline
              where organization_id = :organization and device_id = any(:devices) and due_at > :latest
              order by device_id for update)
            update watch.deadline d set due_at = :latest from late
            where d.organization_id = :organization and d.device_id = late.device_id
            """)
        .bind("latest", latest)
        .bind("organization", organization)
        .bindArray("devices", UUID.class, devices.stream().map(DeviceId::value).toList())
        .execute();
  }

  static void erase(Handle handle, OrganizationId organization, DeviceId device) {
    handle.execute(
        "delete from watch.deadline where organization_id = ? and device_id = ?",
        organization,
        device.value());
  }
}
