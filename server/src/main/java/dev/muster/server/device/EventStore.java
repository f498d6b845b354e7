package dev.muster.server.device;

import dev.muster.protocol.Json;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.JsonText;
import dev.muster.server.platform.RequestId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/// The SQL of the history of devices. Its bodies use the names of the REST row.
final class EventStore {
  private EventStore() {}

  /// The same event for each of the devices of the caller's organization.
  static void append(
      Handle handle,
      Caller caller,
      Collection<DeviceId> devices,
      EventKind kind,
      Json.Obj body,
      Instant at) {
    List<Json.Obj> bodies = Collections.nCopies(devices.size(), body);
    append(handle, caller, devices, kind, bodies, at);
  }

  /// An event of one kind for each of the devices.
  static void append(
      Handle handle, Caller caller, EventKind kind, Map<DeviceId, Json.Obj> bodies, Instant at) {
    append(handle, caller, bodies.keySet(), kind, bodies.values(), at);
  }

  private static void append(
      Handle handle,
      Caller caller,
      Collection<DeviceId> devices,
      EventKind kind,
      Collection<Json.Obj> bodies,
      Instant at) {
    Actor actor = Actor.of(caller);
    handle
        .createUpdate(
            """
            insert into device.event
              (organization_id, id, device_id, kind, body, at, actor_kind, actor_id, actor_name, request_id)
            select :organization, e.id, e.device_id, :kind, cast(e.body as jsonb), :at,
              :actorKind, :actorId, :actorName, :requestId
            from unnest(:ids, :devices, :bodies) as e (id, device_id, body)
            """)
        .bind("organization", caller.organization())
        .bindArray("ids", UUID.class, devices.stream().map(_ -> Ids.next()).toList())
        .bindArray("devices", UUID.class, devices.stream().map(DeviceId::value).toList())
        .bindArray("bodies", String.class, bodies.stream().map(Json.Obj::canonical).toList())
        .bind("kind", kind.name())
        .bind("at", at)
        .bind("actorKind", actor.kind())
        .bindByType("actorId", actor.id(), UUID.class)
        .bindByType("actorName", actor.name(), String.class)
        .bindByType("requestId", RequestId.current(), String.class)
        .execute();
  }

  /// Where a page ended.
  record Position(Instant at, UUID id) {}

  /// The newest events before `before`, at most `limit`.
  static List<DeviceEvent> newest(
      Handle handle,
      Device device,
      DeviceEvents.Range range,
      @Nullable Position before,
      int limit) {
    Query query =
        bind(
            handle.createQuery(
                """
                select e.id, e.kind, e.at, e.body::text, e.actor_kind, e.actor_id, e.request_id,
                  coalesce(e.actor_name, u.name) as actor_name
                from device.event e
                left join identity.users u
                  on u.organization_id = e.organization_id and u.id = e.actor_id and e.actor_kind = 'person'
                where e.organization_id = :organization and e.device_id = :device
                """
                    + condition(range)
                    + (before == null ? "" : " and (e.at, e.id) < (:beforeAt, :beforeId)")
                    + " order by e.at desc, e.id desc limit :limit"),
            device,
            range);
    if (before != null) {
      query.bind("beforeAt", before.at()).bind("beforeId", before.id());
    }
    return query.bind("limit", limit).map((row, _) -> event(row)).list();
  }

  static long count(Handle handle, Device device, DeviceEvents.Range range, int most) {
    return bind(
            handle.createQuery(
                """
                select count(*) from (
                  select from device.event e where e.organization_id = :organization and e.device_id = :device
                """
                    + condition(range)
                    + " limit :most) as counted"),
            device,
            range)
        .bind("most", most)
        .mapTo(long.class)
        .one();
  }

  private static String condition(DeviceEvents.Range range) {
    return (range.kind() == null ? "" : " and e.kind = :kind")
        + (range.from() == null ? "" : " and e.at >= :from")
        + (range.to() == null ? "" : " and e.at < :to");
  }

  private static Query bind(Query query, Device device, DeviceEvents.Range range) {
    query.bind("organization", device.organization()).bind("device", device.id().value());
    if (range.kind() != null) {
      query.bind("kind", range.kind().name());
    }
    if (range.from() != null) {
      query.bind("from", range.from());
    }
    if (range.to() != null) {
      query.bind("to", range.to());
    }
    return query;
  }

  /// Deletes events of any organization that are older than `before`. Returns how many.
  static int forget(Handle handle, Instant before, int limit) {
    return handle
        .createUpdate(
            """
            delete from device.event where (organization_id, id) in (
              select organization_id, id from device.event where at < :before order by at limit :limit)
            """)
        .bind("before", before)
        .bind("limit", limit)
        .execute();
  }

  private static DeviceEvent event(ResultSet row) throws SQLException {
    String actor = row.getString("actor_kind");
    return new DeviceEvent(
        row.getObject("id", UUID.class),
        EventKind.valueOf(row.getString("kind")),
        DeviceStore.instant(row, "at"),
        JsonText.parseObject(row.getString("body")),
        actor == null
            ? null
            : new Actor(actor, row.getObject("actor_id", UUID.class), row.getString("actor_name")),
        row.getString("request_id"));
  }
}
