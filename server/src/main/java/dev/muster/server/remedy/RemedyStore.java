package dev.muster.server.remedy;

import dev.muster.server.action.Action;
import dev.muster.server.alert.Ledger.Subject;
import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceBelongings;
import dev.muster.server.device.DeviceId;
import dev.muster.server.device.DeviceStatus;
import dev.muster.server.platform.OrganizationId;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// The SQL of remedies.
@Singleton
final class RemedyStore implements DeviceBelongings {
  record Wish(Subject subject, Reason reason) {}

  static void wish(Handle handle, Collection<Wish> wishes, Instant now) {
    handle
        .createUpdate(
            """
            insert into remedy.wish (organization_id, device_id, reason, wished_at)
            select organization_id, device_id, reason, :now
            from unnest(:organizations, :devices, :reasons) as w (organization_id, device_id, reason)
            order by organization_id, device_id, reason
            on conflict do nothing
            """)
        .bind("now", now)
        .bindArray(
            "organizations",
            UUID.class,
            wishes.stream().map(wish -> wish.subject().organization().value()).toList())
        .bindArray("devices", UUID.class, wishes.stream().map(wish -> wish.subject().id()).toList())
        .bindArray(
            "reasons", String.class, wishes.stream().map(wish -> wish.reason().name()).toList())
        .execute();
  }

  /// The oldest wishes, not locked.
  static List<Wish> wishes(Handle handle, int limit) {
    return handle
        .createQuery(
            """
            select organization_id, device_id, reason from remedy.wish order by wished_at limit :limit
            """)
        .bind("limit", limit)
        .map((row, _) ->
            new Wish(
                new Subject(
                    new OrganizationId(row.getObject(1, UUID.class)), row.getObject(2, UUID.class)),
                Reason.valueOf(row.getString(3))))
        .list();
  }

  /// Takes a wish away. Says whether it was there.
  static boolean take(Handle handle, Wish wish) {
    return handle.execute(
            "delete from remedy.wish where organization_id = ? and device_id = ? and reason = ?",
            wish.subject().organization(),
            wish.subject().id(),
            wish.reason().name())
        == 1;
  }

  /// Whether an action of this type is under way as a remedy for the device.
  static boolean isUnderWay(Handle handle, Device device, String type) {
    return handle
        .createQuery(
            """
            select exists (
              select from remedy.given
              where organization_id = :organization and device_id = :device and type = :type and not ended)
            """)
        .bind("organization", device.organization())
        .bind("device", device.id().value())
        .bind("type", type)
        .mapTo(boolean.class)
        .one();
  }

  static int count(Handle handle, Device device, Reason reason, Instant since) {
    return handle
        .createQuery(
            """
            select count(*) from remedy.given
            where organization_id = :organization and device_id = :device and reason = :reason
              and at > :since
            """)
        .bind("organization", device.organization())
        .bind("device", device.id().value())
        .bind("reason", reason.name())
        .bind("since", since)
        .mapTo(int.class)
        .one();
  }

  static void give(Handle handle, Action action, Reason reason, DeviceStatus before, Instant now) {
    handle
        .createUpdate(
            """
            insert into remedy.given (organization_id, action_id, device_id, reason, type, before, at, ended)
            values (:organization, :action, :device, :reason, :type, :before, :now, :ended)
            """)
        .bind("organization", action.organization())
        .bind("action", action.id().value())
        .bind("device", action.device().value())
        .bind("reason", reason.name())
        .bind("type", action.order().type().name())
        .bind("before", before.name())
        .bind("now", now)
        .bind("ended", action.state().isEnd())
        .execute();
  }

  /// Of actions those that are remedies, by id, with the status that the device had before.
  static Map<String, DeviceStatus> given(
      Handle handle, OrganizationId organization, Collection<Action> actions) {
    Map<String, DeviceStatus> given = new HashMap<>();
    handle
        .createQuery(
            """
            select action_id, before from remedy.given
            where organization_id = :organization and action_id = any(:actions)
            """)
        .bind("organization", organization)
        .bindArray(
            "actions", String.class, actions.stream().map(action -> action.id().value()).toList())
        .map((row, _) -> Map.entry(row.getString(1), DeviceStatus.valueOf(row.getString(2))))
        .forEach(entry -> given.put(entry.getKey(), entry.getValue()));
    return given;
  }

  static void ended(Handle handle, Action action) {
    handle.execute(
        "update remedy.given set ended = true where organization_id = ? and action_id = ?",
        action.organization(),
        action.id().value());
  }

  /// Forgets what no limit counts any more. Returns how many.
  static int forget(Handle handle, Instant before, int limit) {
    return handle
        .createUpdate(
            """
            delete from remedy.given where (organization_id, action_id) in (
              select organization_id, action_id from remedy.given
              where ended and at < :before order by at limit :limit)
            """)
        .bind("before", before)
        .bind("limit", limit)
        .execute();
  }

  static void forgetWishes(Handle handle, OrganizationId organization, DeviceId device) {
    handle.execute(
        "delete from remedy.wish where organization_id = ? and device_id = ?",
        organization,
        device.value());
  }

  @Override
  public void erase(Handle handle, OrganizationId organization, Device device) {
    forgetWishes(handle, organization, device.id());
    handle.execute(
        "delete from remedy.given where organization_id = ? and device_id = ?",
        organization,
        device.id().value());
  }
}
