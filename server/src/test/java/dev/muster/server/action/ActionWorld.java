package dev.muster.server.action;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.muster.server.audit.Audit;
import dev.muster.server.credential.DeviceTokens;
import dev.muster.server.device.DeviceChanges;
import dev.muster.server.device.DeviceId;
import dev.muster.server.device.Devices;
import dev.muster.server.device.Groups;
import dev.muster.server.device.Lifecycles;
import dev.muster.server.device.NewDevice;
import dev.muster.server.organization.OrganizationOverviews;
import dev.muster.server.organization.Quotas;
import dev.muster.server.organization.Scripts;
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
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The room on a database of its own, with a clock that stands still and a log of what the rooms
/// below would hear.
public final class ActionWorld implements AutoCloseable {
  private final TestDatabase postgres = TestDatabase.create();
  public final Database database = postgres.database();
  public final MutableClock clock = new MutableClock();
  public final Heard heard = new Heard();
  public final Devices devices;
  public final Lifecycles lifecycles;
  final DeviceTokens tokens;
  public final Actions actions;
  public final Results results;
  final Lane lane;
  final Handovers handovers = ActionRoom.newHandovers();
  public final ActionClock ticks;
  public final ActionLists lists;
  public final BatchActions batches;
  public final Groups groups;
  public final Audit audit;
  final Waitings waitings;

  /// What the room that hands out commands would say, by request id.
  final Map<String, DeliveryView.Delivery> deliveries = new HashMap<>();

  /// Numbers that the simulator meets in place of chance.
  double chance = 0.5;

  public ActionWorld(Map<String, String> settings) {
    Settings all = TestSettings.of(settings);
    List<DeviceChanges> listeners = new ArrayList<>();
    audit = Audits.on(clock);
    groups = new Groups(database, clock, listeners, audit);
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
    Allowed allowed = new Allowed(new Scripts());
    lane =
        new Lane(
            devices,
            new Simulator(all.action(), tokens, () -> chance),
            allowed,
            all.action(),
            clock,
            List.of(heard));
    listeners.add(new DeviceActions(lane, all));
    actions = new Actions(database, devices, lane, allowed, audit, all, clock);
    results = new Results(database, devices, lane, clock);
    ticks = new ActionClock(database, devices, lane, clock, Duration.ZERO);
    lists = new ActionLists(database, devices);
    batches = new BatchActions(actions, devices, lane, allowed);
    waitings = new Waitings(database, List.of((_, _, _) -> deliveries));
  }

  @Override
  public void close() {
    postgres.close();
  }

  public Tenant tenant() {
    OrganizationId organization = Tenants.fresh(database);
    return new Tenant(this, Tenants.person(organization, Role.ADMIN));
  }

  /// What the rooms below hear, in order: `began action_…-1`, `over action_…-1 recalled`, `PENDING
  /// action_…`.
  public static final class Heard implements ActionChanges {
    final List<String> lines = new ArrayList<>();

    /// After how many changes one fails, and its transaction with it, as if the server were killed.
    public final AtomicInteger untilFailure = new AtomicInteger();

    @Override
    public synchronized void changed(
        Handle handle, OrganizationId organization, List<Action> actions) {
      if (untilFailure.getAndDecrement() == 1) {
        throw new IllegalStateException("killed");
      }
      actions.forEach(action -> lines.add(action.state() + " " + action.id()));
    }

    @Override
    public synchronized void attemptBegan(Handle handle, Action action) {
      lines.add("began " + action.requestId());
    }

    @Override
    public synchronized void attemptEnded(Handle handle, Action action, boolean recall) {
      lines.add("over " + action.requestId() + (recall ? " recalled" : ""));
    }
  }

  /// One organization, and what its admin and its devices do.
  public record Tenant(ActionWorld world, Caller.Person admin) {
    public OrganizationId organization() {
      return admin.organization();
    }

    public String device() {
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

    /// Allows scripts in the organization, or forbids them.
    void scripts(boolean allowed) {
      var quotas = new Quotas(TestSettings.of(Map.of()), List.of());
      var _ =
          new OrganizationOverviews(world.database, quotas, world.audit)
              .allowScripts(admin, allowed);
    }

    public String status(String device) {
      return world.devices.read(admin, device).device().status();
    }

    public Action ask(String device, ActionType type) {
      return world.actions.initiate(admin, device, NewAction.of(type, Map.of()));
    }

    public Action ask(String device, NewAction request) {
      return world.actions.initiate(admin, device, request);
    }

    public Action now(Action action) {
      return world.actions.show(admin, action.id().value());
    }

    /// The device is handed the command of the attempt that the action is at.
    public void hand(Action action) {
      String requestId = now(action).requestId();
      world.database.acrossOrganizations(handle -> {
        world.handovers.handedOut(
            handle,
            List.of(new Handovers.Handed(organization(), requestId)),
            world.clock.instant());
        return action;
      });
    }

    public boolean answer(Action action, String outcome, @Nullable String message) {
      return answer(now(action).requestId(), action.handle(), outcome, message);
    }

    public boolean answer(
        String requestId, String device, String outcome, @Nullable String message) {
      Instant finished = world.clock.instant();
      return world.results.record(
          self(device), device, new DeviceResult(requestId, outcome, message, null, finished));
    }
  }
}
