package dev.muster.server.dispatch;

import dev.muster.server.action.Action;
import dev.muster.server.action.Handovers;
import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.OrganizationId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The SQL of deliveries.
final class DeliveryStore {
  /// How long a node may take to hand out what it has taken before another may.
  static final Duration LEASE = Duration.ofSeconds(30);

  /// For this long a device that waits is not answered with what it was answered with already.
  private static final Duration JUST_POLLED = Duration.ofSeconds(5);

  /// The devices whose commands are to be taken.
  ///
  /// @param due for these only what is due, or was never handed out
  /// @param waiting for these whatever they have not acknowledged and were not just answered with
  /// @param all for these whatever they have not acknowledged
  record Wanted(Collection<DeviceId> due, Collection<DeviceId> waiting, Collection<DeviceId> all) {}

  /// A delivery that is due.
  record Due(OrganizationId organization, String requestId, DeviceId device, Instant dueAt) {}

  private static final String RETURNING =
      """
      returning d.organization_id, d.request_id, d.action_id, d.device_id, v.handle, d.kind, d.began_at,
        d.sends
      """;

  private DeliveryStore() {}

  static void insert(
      Handle handle, Action action, String requestId, Delivery.Kind kind, Instant now) {
    handle
        .createUpdate(
            """
            insert into dispatch.delivery
              (organization_id, request_id, action_id, device_id, kind, began_at, useless_at, due_at, waits_for,
               waits_since)
            values (:organization, :request, :action, :device, :kind, :now, :useless, :now, 'HANDOVER', :now)
            on conflict (organization_id, request_id) do nothing
            """)
        .bind("organization", action.organization())
        .bind("request", requestId)
        .bind("action", action.id().value())
        .bind("device", action.device().value())
        .bind("kind", kind.name())
        .bind("now", now)
        .bindByType(
            "useless",
            switch (kind) {
              case RUN -> null;
              case CANCEL -> now.plus(Deliveries.CANCELLING);
            },
            Instant.class)
        .execute();
  }

  /// Says whether the device may have the command.
  static boolean end(Handle handle, OrganizationId organization, String requestId) {
    return handle
        .createQuery(
            """
            delete from dispatch.delivery
            where organization_id = :organization and request_id = :request
            returning sends > 0
            """)
        .bind("organization", organization)
        .bind("request", requestId)
        .mapTo(Boolean.class)
        .findOne()
        .orElse(false);
  }

  static void acknowledge(Handle handle, OrganizationId organization, String requestId) {
    handle.execute(
        """
        update dispatch.delivery set due_at = null, push_at = null, waits_for = 'DEVICE'
        where organization_id = ? and request_id = ? and due_at is not null
        """,
        organization,
        requestId);
  }

  /// Takes what is to be handed out. What another node is taking at the same moment is left to it.
  static List<Delivery> take(Handle handle, Wanted wanted, Instant now) {
    return handle
        .createQuery(
            """
            with taken as (
              select organization_id, request_id from dispatch.delivery
              where due_at is not null and (useless_at is null or useless_at > :now)
                and device_id = any(:devices)
                and (device_id = any(:all)
                  or (device_id = any(:due) and (due_at <= :now or sends = 0))
                  or (device_id = any(:waiting)
                    and (polled_at is null or polled_at <= :justPolled or due_at <= :now)))
              order by organization_id, request_id
              for update skip locked
            )
            update dispatch.delivery d
            set due_at = :lease, push_at = null, sends = d.sends + 1
            from taken t, device.device v
            where d.organization_id = t.organization_id and d.request_id = t.request_id
              and v.organization_id = d.organization_id and v.id = d.device_id
            """
                + RETURNING)
        .bind("now", now)
        .bind("justPolled", now.minus(JUST_POLLED))
        .bind("lease", now.plus(LEASE))
        .bindArray(
            "devices",
            UUID.class,
            List.of(wanted.due(), wanted.waiting(), wanted.all()).stream()
                .flatMap(Collection::stream)
                .map(DeviceId::value)
                .toList())
        .bindArray("due", UUID.class, ids(wanted.due()))
        .bindArray("waiting", UUID.class, ids(wanted.waiting()))
        .bindArray("all", UUID.class, ids(wanted.all()))
        .map((row, _) -> delivery(row))
        .list();
  }

  /// The devices that have something which [#take] for all of it should have given and has not,
  /// because somebody held its row: another node that takes it too, or whoever notes what came of
  /// handing it out before.
  static List<DeviceId> passedOver(
      Handle handle, Collection<DeviceId> all, Collection<Delivery> taken, Instant now) {
    return handle
        .createQuery(
            """
            select distinct device_id from dispatch.delivery
            where due_at is not null and (useless_at is null or useless_at > :now)
              and device_id = any(:all)
              and (organization_id, request_id) not in (
                select * from unnest(:organizations, :requests))
            """)
        .bind("now", now)
        .bindArray("all", UUID.class, ids(all))
        .bindArray("organizations", UUID.class, of(taken, one -> one.organization().value()))
        .bindArray("requests", String.class, of(taken, Delivery::requestId))
        .map((row, _) -> new DeviceId(row.getObject(1, UUID.class)))
        .list();
  }

  /// Takes what the push service is to be handed. A deactivated device is not woken.
  static List<Delivery> takePushed(Handle handle, Instant now, int limit) {
    return handle
        .createQuery(
            """
            with taken as (
              select d.organization_id, d.request_id from dispatch.delivery d
              join device.device v on v.organization_id = d.organization_id and v.id = d.device_id
              where d.push_at <= :now and (d.useless_at is null or d.useless_at > :now)
                and v.lifecycle = 'ACTIVE'
              order by d.push_at limit :limit
              for update of d skip locked
            )
            update dispatch.delivery d
            set due_at = :lease, push_at = null, sends = d.sends + 1
            from taken t, device.device v
            where d.organization_id = t.organization_id and d.request_id = t.request_id
              and v.organization_id = d.organization_id and v.id = d.device_id
            """
                + RETURNING)
        .bind("now", now)
        .bind("limit", limit)
        .bind("lease", now.plus(LEASE))
        .map((row, _) -> delivery(row))
        .list();
  }

  /// Notes what came of taking them, as far as nobody has taken them since and they are still to be
  /// handed out.
  static void note(Handle handle, Collection<Outcome> outcomes, Instant now) {
    if (outcomes.isEmpty()) {
      return;
    }
    handle
        .createUpdate(
            """
            update dispatch.delivery d
            set due_at = c.due_at, push_at = c.push_at, sends = c.now_sends, waits_for = c.waits_for,
              waits_since = case when d.waits_for = c.waits_for then d.waits_since else :now end,
              polled_at = coalesce(c.polled_at, d.polled_at)
            from unnest(:organizations, :requests, :sends, :nowSends, cast(:dueAt as timestamptz[]),
                cast(:pushAt as timestamptz[]), cast(:polledAt as timestamptz[]), :waitsFor)
              as c (organization_id, request_id, sends, now_sends, due_at, push_at, polled_at, waits_for)
            where d.organization_id = c.organization_id and d.request_id = c.request_id
              and d.sends = c.sends and d.due_at is not null
            """)
        .bind("now", now)
        .bindArray(
            "organizations", UUID.class, of(outcomes, o -> o.delivery().organization().value()))
        .bindArray("requests", String.class, of(outcomes, o -> o.delivery().requestId()))
        .bindArray("sends", Integer.class, of(outcomes, o -> o.delivery().sends()))
        .bindArray("nowSends", Integer.class, of(outcomes, Outcome::sends))
        .bindArray("dueAt", String.class, of(outcomes, o -> time(o.dueAt())))
        .bindArray("pushAt", String.class, of(outcomes, o -> time(o.pushAt())))
        .bindArray("polledAt", String.class, of(outcomes, o -> time(o.polledAt())))
        .bindArray("waitsFor", String.class, of(outcomes, o -> o.waitsFor().name()))
        .execute();
  }

  /// What is due, the longest first. Nobody is locked by looking.
  static List<Due> due(Handle handle, Instant now, int limit) {
    return handle
        .createQuery(
            """
            select organization_id, request_id, device_id, due_at from dispatch.delivery
            where due_at <= :now and (useless_at is null or useless_at > :now)
            order by due_at limit :limit
            """)
        .bind("now", now)
        .bind("limit", limit)
        .map((row, _) ->
            new Due(
                new OrganizationId(row.getObject(1, UUID.class)),
                row.getString(2),
                new DeviceId(row.getObject(3, UUID.class)),
                instant(row, "due_at")))
        .list();
  }

  /// The devices that have something due, or never handed out.
  static List<DeviceId> waiting(Handle handle, Instant now) {
    return handle
        .createQuery(
            """
            select distinct device_id from dispatch.delivery
            where due_at is not null and (due_at <= :now or sends = 0)
            """)
        .bind("now", now)
        .map((row, _) -> new DeviceId(row.getObject(1, UUID.class)))
        .list();
  }

  /// Those of the missed that only a connection has taken, which may have been dead by then: of
  /// what a poll was answered with, the device has asked for it. Nobody is locked by looking.
  static List<Handovers.Handed> unsure(Handle handle, Collection<Due> missed) {
    return handle
        .createQuery(
            """
            select d.organization_id, d.request_id from dispatch.delivery d
            join unnest(:organizations, :requests, cast(:dueAt as timestamptz[]))
                as c (organization_id, request_id, due_at)
              on d.organization_id = c.organization_id and d.request_id = c.request_id
                and d.due_at = c.due_at
            where d.kind = 'RUN' and d.sends > 0 and d.polled_at is null
            """)
        .bindArray("organizations", UUID.class, organizations(missed))
        .bindArray("requests", String.class, missed.stream().map(Due::requestId).toList())
        .bindArray("dueAt", String.class, missed.stream().map(m -> time(m.dueAt())).toList())
        .map((row, _) ->
            new Handovers.Handed(
                new OrganizationId(row.getObject(1, UUID.class)), row.getString(2)))
        .list();
  }

  /// Nobody holds a connection to these devices. It is the push service's turn with those that it
  /// reaches; the others wait to come by themselves, and are looked at again after a growing pause.
  static void miss(
      Handle handle, Collection<Due> missed, Collection<DeviceId> reached, Instant now) {
    handle
        .createUpdate(
            """
            update dispatch.delivery d
            set misses = d.misses + 1,
              push_at = case when d.device_id = any(:reached) then cast(:now as timestamptz) end,
              due_at = cast(:now as timestamptz) + case when d.device_id = any(:reached) then interval '30 s'
                else make_interval(secs => least(3600, 30 * 2 ^ least(d.misses, 10))) end,
              waits_for = c.waits_for,
              waits_since = case when d.waits_for = c.waits_for then d.waits_since else :now end
            from unnest(:organizations, :requests, cast(:dueAt as timestamptz[]), :waitsFor)
              as c (organization_id, request_id, due_at, waits_for)
            where d.organization_id = c.organization_id and d.request_id = c.request_id
              and d.due_at = c.due_at
            """)
        .bind("now", now)
        .bindArray("reached", UUID.class, ids(reached))
        .bindArray("organizations", UUID.class, organizations(missed))
        .bindArray("requests", String.class, missed.stream().map(Due::requestId).toList())
        .bindArray("dueAt", String.class, missed.stream().map(m -> time(m.dueAt())).toList())
        .bindArray(
            "waitsFor",
            String.class,
            missed.stream()
                .map(m ->
                    reached.contains(m.device())
                        ? Delivery.WaitsFor.PUSH
                        : Delivery.WaitsFor.CONNECTION)
                .map(Enum::name)
                .toList())
        .execute();
  }

  /// Ends those that are of no use any more.
  static int forget(Handle handle, Instant now, int limit) {
    return handle
        .createUpdate(
            """
            delete from dispatch.delivery where (organization_id, request_id) in (
              select organization_id, request_id from dispatch.delivery
              where useless_at <= :now order by useless_at limit :limit for update skip locked)
            """)
        .bind("now", now)
        .bind("limit", limit)
        .execute();
  }

  private static List<UUID> organizations(Collection<Due> missed) {
    return missed.stream().map(due -> due.organization().value()).toList();
  }

  private static List<UUID> ids(Collection<DeviceId> devices) {
    return devices.stream().map(DeviceId::value).toList();
  }

  private static <R, T extends @Nullable Object> Object[] of(
      Collection<R> rows, Function<R, T> column) {
    return rows.stream().map(column).toArray();
  }

  /// As PostgreSQL reads it: the driver makes no arrays of times.
  private static @Nullable String time(@Nullable Instant at) {
    return at == null ? null : at.toString();
  }

  static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  private static Delivery delivery(ResultSet row) throws SQLException {
    return new Delivery(
        new OrganizationId(row.getObject("organization_id", UUID.class)),
        row.getString("request_id"),
        row.getString("action_id"),
        new DeviceId(row.getObject("device_id", UUID.class)),
        row.getString("handle"),
        Delivery.Kind.valueOf(row.getString("kind")),
        instant(row, "began_at"),
        row.getInt("sends"));
  }
}
