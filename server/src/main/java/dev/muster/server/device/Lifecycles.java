package dev.muster.server.device;

import dev.muster.protocol.Json;
import dev.muster.server.audit.Audit;
import dev.muster.server.audit.Change;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/// Moves devices through their lives. Asking for the state that a device is in changes nothing and
/// succeeds.
///
/// Whoever moves a device locks its row first, and whoever gives it something holds that row too
/// (see [Devices#holdChangeable]), so a device is never given anything after it was retired.
@Singleton
public class Lifecycles {
  private final Database database;
  private final InstantSource clock;
  private final Devices devices;
  private final Groups groups;
  private final Audit audit;
  private final Iterable<DeviceChanges> changes;

  /// `changes` is resolved at each use: who hears of changes may itself need this door.
  @Inject
  Lifecycles(
      Database database,
      InstantSource clock,
      Devices devices,
      Groups groups,
      Audit audit,
      @Any Instance<DeviceChanges> changes) {
    this(database, clock, devices, groups, audit, (Iterable<DeviceChanges>) changes);
  }

  public Lifecycles(
      Database database,
      InstantSource clock,
      Devices devices,
      Groups groups,
      Audit audit,
      Iterable<DeviceChanges> changes) {
    this.database = database;
    this.clock = clock;
    this.devices = devices;
    this.groups = groups;
    this.audit = audit;
    this.changes = changes;
  }

  /// Locks a device out until it is activated again. People may do it to a device of their own.
  ///
  /// @throws Refusal `device state` when it is retired
  public Devices.Entry deactivate(Caller caller, String idOrHandle) {
    return move(caller, idOrHandle, Lifecycle.DEACTIVATED);
  }

  /// Lets a deactivated device in again, with the credentials that it had.
  ///
  /// @throws Refusal `device state` when it is retired
  public Devices.Entry activate(Caller caller, String idOrHandle) {
    return move(caller, idOrHandle, Lifecycle.ACTIVE);
  }

  /// Takes a device out of the fleet for good: it leaves its groups, has no policy of its own any
  /// more, and its tokens are revoked. What is known of it stays and can be read.
  public Devices.Entry retire(Caller caller, String idOrHandle) {
    return move(caller, idOrHandle, Lifecycle.RETIRED);
  }

  private Devices.Entry move(Caller caller, String idOrHandle, Lifecycle target) {
    OrganizationId organization = caller.organization();
    return database.in(
        organization,
        handle -> {
          Optional<Device> found = devices.find(handle, organization, idOrHandle);
          if (target != Lifecycle.DEACTIVATED || !found.map(d -> isOwn(caller, d)).orElse(false)) {
            caller.require(Right.WRITE_DEVICES);
          }
          Device before =
              DeviceStore.lock(handle, found.orElseThrow(() -> Refusal.notFound("device")));
          if (before.lifecycle() == target) {
            return devices.entry(handle, before);
          }
          if (!before.lifecycle().leadsTo(target)) {
            before.lifecycle().requireChangeable();
          }
          return devices.entry(handle, moved(handle, caller, before, target));
        });
  }

  private static boolean isOwn(Caller caller, Device device) {
    return caller instanceof Caller.Person person
        && device.owner() != null
        && device.owner().id().equals(person.userId());
  }

  private Device moved(Handle handle, Caller caller, Device before, Lifecycle target) {
    Instant now = clock.instant();
    Map<String, Json> lost = new TreeMap<>();
    if (target == Lifecycle.RETIRED) {
      lost.put("groups", leaveGroups(handle, before));
      DeviceUsageStore.add(handle, before.organization(), -1);
    }
    Device after = DeviceStore.move(handle, before, standing(before, target, now), now);
    FacetStore.refresh(handle, after.organization(), List.of(after.id()));
    EventStore.append(
        handle, caller, List.of(after.id()), EventKind.of(target), Json.obj(lost), now);
    lost.put("lifecycle", Json.of(before.lifecycle().name()));
    Map<String, Json> left = new TreeMap<>();
    left.put("lifecycle", Json.of(target.name()));
    if (lost.containsKey("groups")) {
      left.put("groups", Json.texts(List.of()));
    }
    audit.record(
        handle,
        caller,
        Change.of(action(target), "device", after.handle())
            .from(Json.obj(lost))
            .to(Json.obj(left)));
    changes.forEach(heard -> heard.lifecycleChanged(handle, after));
    return after;
  }

  private static Device.Standing standing(Device before, Lifecycle target, Instant now) {
    return switch (target) {
      case ACTIVE -> Device.Standing.FRESH;
      case DEACTIVATED -> new Device.Standing(target, now, null);
      case RETIRED -> new Device.Standing(target, before.standing().deactivatedAt(), now);
    };
  }

  /// Returns the names of the groups that it was in.
  private Json leaveGroups(Handle handle, Device device) {
    List<String> names = new ArrayList<>(devices.entry(handle, device).groups());
    groups.lockShared(handle, GroupStore.groupsOf(handle, device.organization(), device.id()));
    GroupStore.leaveAll(handle, device.organization(), device.id());
    return Json.texts(names);
  }

  private static String action(Lifecycle target) {
    return "device." + EventKind.of(target).name().toLowerCase(Locale.ROOT);
  }
}
