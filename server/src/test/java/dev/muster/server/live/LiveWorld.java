package dev.muster.server.live;

import dev.muster.server.action.Action;
import dev.muster.server.action.ActionRoom;
import dev.muster.server.action.ActionType;
import dev.muster.server.action.DeviceResult;
import dev.muster.server.action.NewAction;
import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceErasure;
import dev.muster.server.device.DeviceStatus;
import dev.muster.server.device.Devices;
import dev.muster.server.device.NewDevice;
import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.Role;
import dev.muster.server.testing.Audits;
import dev.muster.server.testing.MutableClock;
import dev.muster.server.testing.Tenants;
import dev.muster.server.testing.TestDatabase;
import dev.muster.server.testing.TestSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The rooms `device`, `action` and `live` on a database of their own, with as many nodes as a test
/// asks for.
final class LiveWorld implements AutoCloseable {
  final TestDatabase testDatabase = TestDatabase.create();
  final Database database = testDatabase.database();
  final MutableClock clock = new MutableClock();
  final ActionRoom room = ActionRoom.on(database, clock, TestSettings.of(Map.of()));
  final DeviceErasure erasure;
  final ChangeLog log;
  final AlertLog alertLog;
  final Changes changes;
  private final List<Broadcast> broadcasts = new ArrayList<>();
  private final List<Changes> nodes = new ArrayList<>();

  LiveWorld() {
    Announcements announcements = new Announcements(broadcast());
    changes = node(announcements);
    log = new ChangeLog(clock, room.devices(), room.actions(), announcements);
    alertLog = new AlertLog(clock, announcements);
    room.deviceChanges().add(log);
    room.actionChanges().add(log);
    erasure =
        new DeviceErasure(
            database, Audits.on(clock), List.of(room.belongings(), log), room.deviceChanges());
  }

  private Broadcast broadcast() {
    Broadcast broadcast = new Broadcast(database.dataSource());
    broadcasts.add(broadcast);
    broadcast.start();
    return broadcast;
  }

  private Changes node(Announcements announcements) {
    Changes node = new Changes(database, room.actions(), (_, _, _) -> List.of(), announcements);
    nodes.add(node);
    return node;
  }

  /// Another node, which hears of changes by broadcast alone.
  Changes otherNode() {
    return node(new Announcements(broadcast()));
  }

  /// A node that has only just started, and to which nothing is broadcast.
  Changes deafNode() {
    return node(new Announcements(new Broadcast(database.dataSource())));
  }

  Tenant tenant() {
    return new Tenant(this, Tenants.person(Tenants.fresh(database), Role.ADMIN));
  }

  @Override
  public void close() {
    nodes.forEach(Changes::close);
    broadcasts.forEach(Broadcast::close);
    testDatabase.close();
  }

  /// One organization, and what its admin and its devices do.
  record Tenant(LiveWorld world, Caller.Person admin) {
    Device device(String handle) {
      return world.room.devices().register(admin, NewDevice.named("d").withHandle(handle));
    }

    void set(String device, DeviceStatus status) {
      world.room.devices().change(admin, device, new Devices.Change(null, null, status, null));
    }

    void name(String device, String name) {
      world.room.devices().change(admin, device, new Devices.Change(name, null, null, null));
    }

    Action ask(String device) {
      return world
          .room
          .actions()
          .initiate(admin, device, NewAction.of(ActionType.COLLECT_LOGS, Map.of()));
    }

    Caller.Device self(Device device) {
      return new Caller.Device(admin.organization(), device.id().value(), Ids.next());
    }

    void answer(Device device, Action action, String outcome) {
      world
          .room
          .results()
          .record(
              self(device),
              device.handle(),
              new DeviceResult(action.requestId(), outcome, null, null, world.clock.instant()));
    }

    Watcher watch(Changes node) {
      return new Watcher(node, admin);
    }

    Watcher watch() {
      return watch(world.changes);
    }
  }
}
