package dev.muster.server.action;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.muster.server.credential.DeviceTokens;
import dev.muster.server.device.DeviceChanges;
import dev.muster.server.device.DeviceId;
import dev.muster.server.device.Devices;
import dev.muster.server.device.Groups;
import dev.muster.server.device.Lifecycles;
import dev.muster.server.device.NewDevice;
import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Outbox;
import dev.muster.server.platform.Role;
import dev.muster.server.platform.Settings;
import dev.muster.server.testing.Audits;
import dev.muster.server.testing.MutableClock;
import dev.muster.server.testing.Tenants;
import dev.muster.server.testing.TestDatabase;
import dev.muster.server.testing.TestSettings;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The room on a database of its own, with a clock that stands still and a log of what the rooms
/// below would hear.
final class ActionWorld implements AutoCloseable {
  private final TestDatabase postgres = TestDatabase.create();
  final Database database = postgres.database();
  final MutableClock clock = new MutableClock();
  final Heard heard = new Heard();
  final Devices devices;
  final Lifecycles lifecycles;
  final DeviceTokens tokens;
  final Actions actions;
  final Results results;
  final Handovers handovers = new Handovers();
  final ActionClock ticks;
  final ActionLists lists;
  final Waitings waitings;

  /// What the room that hands out commands would say, by request id.
  final Map<String, DeliveryView.Delivery> deliveries = new HashMap<>();

  /// Numbers that the simulator meets in place of chance.
  double chance = 0.5;

  ActionWorld(Map<String, String> settings) {
    Settings all = TestSettings.of(settings);
    List<DeviceChanges> listeners = new ArrayList<>();
    var audit = Audits.on(clock);
    var groups = new Groups(database, clock, listeners, audit);
    devices = new Devices(database, clock, groups, audit, listeners);
    lifecycles = new Lifecycles(database, clock, devices, groups, audit, listeners);
    tokens =
        new DeviceTokens(
            database,
            clock,
            new Outbox(database, clock, new ObjectMapper(), List.of()),
            new Broadcast(database.dataSource()),
            devices,
            audit);
    Lane lane =
        new Lane(
            devices,
            new Simulator(all.action(), tokens, () -> chance),
            all.action(),
            clock,
            List.of(heard));
    listeners.add(new DeviceActions(lane, all));
    actions = new Actions(database, devices, lane, new Allowed(), audit, all, clock);
    results = new Results(database, devices, lane, clock);
    ticks = new ActionClock(database, devices, lane, clock);
    lists = new ActionLists(database, devices);
    waitings = new Waitings(database, List.of((_, _, _) -> deliveries));
  }

  @Override
  public void close() {
    postgres.close();
  }

  Tenant tenant() {
    OrganizationId organization = Tenants.fresh(database);
    return new Tenant(this, Tenants.person(organization, Role.ADMIN));
  }

  /// What the rooms below hear, in order: `began action_…-1`, `over action_…-1 recalled`, `PENDING
  /// action_…`.
  static final class Heard implements ActionChanges {
    final List<String> lines = new ArrayList<>();

    @Override
    public synchronized void changed(
        org.jdbi.v3.core.Handle handle, OrganizationId organization, List<Action> actions) {
      actions.forEach(action -> lines.add(action.state() + " " + action.id()));
    }

    @Override
    public synchronized void attemptBegan(org.jdbi.v3.core.Handle handle, Action action) {
      lines.add("began " + action.requestId());
    }

    @Override
    public synchronized void attemptEnded(
        org.jdbi.v3.core.Handle handle, Action action, boolean recall) {
      lines.add("over " + action.requestId() + (recall ? " recalled" : ""));
    }
  }

  /// One organization, and what its admin and its devices do.
  record Tenant(ActionWorld world, Caller.Person admin) {
    OrganizationId organization() {
      return admin.organization();
    }

    String device() {
      String handle = "d-" + Ids.next().toString().substring(24);
      world.devices.register(admin, NewDevice.named("d").withHandle(handle));
      return handle;
    }

    Caller.Device self(String device) {
      return new Caller.Device(organization(), id(device).value(), Ids.next());
    }

    DeviceId id(String device) {
      return world.devices.read(admin, device).device().id();
    }

    String status(String device) {
      return world.devices.read(admin, device).device().status();
    }

    Action ask(String device, ActionType type) {
      return world.actions.initiate(admin, device, NewAction.of(type, Map.of()));
    }

    Action ask(String device, NewAction request) {
      return world.actions.initiate(admin, device, request);
    }

    Action now(Action action) {
      return world.actions.show(admin, action.id().value());
    }

    /// The device is handed the command of the attempt that the action is at.
    void hand(Action action) {
      String requestId = now(action).requestId();
      world.database.acrossOrganizations(handle -> {
        world.handovers.handedOut(
            handle,
            List.of(new Handovers.Handed(organization(), requestId)),
            world.clock.instant());
        return action;
      });
    }

    boolean answer(Action action, String outcome, @Nullable String message) {
      return answer(now(action).requestId(), action.handle(), outcome, message);
    }

    boolean answer(String requestId, String device, String outcome, @Nullable String message) {
      Instant finished = world.clock.instant();
      return world.results.record(
          self(device), device, new DeviceResult(requestId, outcome, message, null, finished));
    }
  }
}
