package dev.muster.server.live;

import dev.muster.server.action.Action;
import dev.muster.server.action.ActionRoom;
import dev.muster.server.action.ActionType;
import dev.muster.server.action.DeviceResult;
import dev.muster.server.action.NewAction;
import dev.muster.server.alert.Alert;
import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceErasure;
import dev.muster.server.device.DeviceStatus;
import dev.muster.server.device.Devices;
import dev.muster.server.device.NewDevice;
import dev.muster.server.platform.Announcements;
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
public final class LiveWorld implements AutoCloseable {
  final TestDatabase testDatabase = TestDatabase.create();
  public final Database database = testDatabase.database();
  public final MutableClock clock = new MutableClock();
  final ActionRoom room = ActionRoom.on(database, clock, TestSettings.of(Map.of()));
  final DeviceErasure erasure;
  final ChangeLog log;
  final AlertLog alertLog;
  final StateLog stateLog;
  public final Changes changes;
  private final List<Broadcast> broadcasts = new ArrayList<>();
  private final List<Changes> nodes = new ArrayList<>();

  public LiveWorld() {
    Announcements announcements = new Announcements(broadcast());
    changes = node(announcements);
    log = new ChangeLog(clock, room.devices(), room.actions(), announcements);
    alertLog = new AlertLog(clock, announcements);
    stateLog = new StateLog(clock, announcements);
    room.deviceChanges().add(log);
    room.actionChanges().add(log);
    erasure =
        new DeviceErasure(
            database, Audits.on(clock), List.of(room.belongings(), log), room.deviceChanges());
  }

  /// What nodes of this world tell each other by.
  public Broadcast broadcast() {
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
  public Changes otherNode() {
    return node(new Announcements(broadcast()));
  }

  /// A node that has only just started, and to which nothing is broadcast.
  Changes deafNode() {
    return node(new Announcements(new Broadcast(database.dataSource())));
  }

  public Tenant tenant() {
    return new Tenant(this, Tenants.person(Tenants.fresh(database), Role.ADMIN));
  }

  public void erase(Tenant tenant, String device) {
    erasure.erase(tenant.admin(), device);
  }

  public void alert(Alert alert) {
    database.acrossOrganizations(handle -> {
      alertLog.raised(handle, List.of(alert));
      return alert;
    });
  }

  public void manyStates(Tenant tenant) {
    database.in(
        tenant.admin().organization(),
        handle -> {
          stateLog.manyChanged(handle, tenant.admin().organization());
          return true;
        });
  }

  @Override
  public void close() {
    nodes.forEach(Changes::close);
    broadcasts.forEach(Broadcast::close);
    testDatabase.close();
  }

  /// One organization, and what its admin and its devices do.
  public record Tenant(LiveWorld world, Caller.Person admin) {
    public Device device(String handle) {
      return world.room.devices().register(admin, NewDevice.named("d").withHandle(handle));
    }

    public void set(String device, DeviceStatus status) {
      world.room.devices().change(admin, device, new Devices.Change(null, null, status, null));
    }

    public void name(String device, String name) {
      world.room.devices().change(admin, device, new Devices.Change(name, null, null, null));
    }

    public Action ask(String device) {
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
