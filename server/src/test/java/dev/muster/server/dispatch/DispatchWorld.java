package dev.muster.server.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.action.Action;
import dev.muster.server.action.ActionRoom;
import dev.muster.server.action.Handovers;
import dev.muster.server.credential.CommandSecrets;
import dev.muster.server.credential.DeviceTokens;
import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceId;
import dev.muster.server.device.Devices;
import dev.muster.server.device.Groups;
import dev.muster.server.device.NewDevice;
import dev.muster.server.doorbell.Doorbells;
import dev.muster.server.doorbell.Lines;
import dev.muster.server.doorbell.Push;
import dev.muster.server.doorbell.TestLines;
import dev.muster.server.organization.Closings;
import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Role;
import dev.muster.server.platform.Settings;
import dev.muster.server.testing.Audits;
import dev.muster.server.testing.Events;
import dev.muster.server.testing.MutableClock;
import dev.muster.server.testing.Tenants;
import dev.muster.server.testing.TestDatabase;
import dev.muster.server.testing.TestSettings;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// The room on a database of its own with a clock that stands still. Attempts at actions begin and
/// end as the test says; nodes hand out when they are told to.
final class DispatchWorld implements AutoCloseable {
  private static final AtomicLong NUMBER = new AtomicLong();

  private final TestDatabase postgres = TestDatabase.create();
  final Database database = postgres.database();
  final MutableClock clock = new MutableClock();
  final Settings settings;
  final Devices devices =
      new Devices(
          database,
          clock,
          new Groups(database, clock, List.of(), Audits.on(clock)),
          Audits.on(clock),
          List.of());
  final CommandSecrets secrets =
      new CommandSecrets(
          database, clock, Audits.KEY, devices, Events.outbox(database, clock), Audits.on(clock));
  final Handovers handovers = ActionRoom.newHandovers();
  final OrganizationId organization = Tenants.fresh(database);
  final Caller operator = Tenants.person(organization, Role.OPERATOR);
  final Deliveries deliveries = new Deliveries(new Broadcast(database.dataSource()), clock);

  DispatchWorld(Map<String, String> settings) {
    this.settings = TestSettings.of(settings);
  }

  @Override
  public void close() {
    postgres.close();
  }

  Node node() {
    return new Node(this);
  }

  /// A device that has a command secret.
  Device device() {
    Device device = stranger();
    database.in(organization, handle -> secrets.issue(handle, organization, device.id()));
    return device;
  }

  /// A device that has none.
  Device stranger() {
    return devices.register(operator, NewDevice.named("device"));
  }

  String secret(Device device) {
    return database.in(
        organization,
        handle ->
            Objects.requireNonNull(
                secrets.signing(handle, organization, List.of(device.id())).get(device.id())));
  }

  static Caller.Device caller(Device device) {
    return new Caller.Device(device.organization(), device.id().value(), Ids.next());
  }

  /// An attempt at a new action begins on the device.
  Action begin(Device device) {
    return begin(device, "PING", "{}");
  }

  Action begin(Device device, String type, String params) {
    String id = "action_1_" + NUMBER.incrementAndGet();
    return database.in(
        organization,
        handle -> {
          handle
              .createUpdate(
                  """
                  insert into action.action
                    (organization_id, id, number, device_id, type, params, priority, timeout_seconds,
                     max_attempts, created_by_kind, created_at, expires_at, state, started_at, attempt, due_at)
                  values (:organization, :id, :number, :device, :type, cast(:params as jsonb), 2, 600, 1,
                     'server', :now, :expires, 'RUNNING', :now, 1, :expires)
                  """)
              .bind("organization", organization)
              .bind("id", id)
              .bind("number", NUMBER.get())
              .bind("device", device.id().value())
              .bind("type", type)
              .bind("params", params)
              .bind("now", clock.instant())
              .bind("expires", clock.instant().plusSeconds(86_400))
              .execute();
          handle.execute(
              """
              insert into action.attempt (organization_id, request_id, action_id, device_id, number, began_at)
              values (?, ?, ?, ?, 1, ?)
              """,
              organization,
              id + "-1",
              id,
              device.id().value(),
              clock.instant());
          Action action = handovers.wanted(handle, organization, List.of(device.id())).getFirst();
          deliveries.attemptBegan(handle, action);
          return action;
        });
  }

  /// The attempt at the action is over.
  void end(Action action, boolean recall) {
    database.in(
        organization,
        handle -> {
          deliveries.attemptEnded(handle, action, recall);
          handle.execute(
              """
              update action.action set state = 'CANCELLED', ended_at = now(), due_at = null
              where organization_id = ? and id = ?
              """,
              organization,
              action.id().value());
          return action;
        });
  }

  /// The device says that it has the command.
  void acknowledge(Action action) {
    database.in(
        organization,
        handle -> {
          DeliveryStore.acknowledge(handle, organization, action.requestId());
          return action;
        });
  }

  List<Dispatch> tries(Action action) {
    return database.in(
        organization,
        handle -> DispatchStore.list(handle, organization, action.id().value(), 100, 0));
  }

  Optional<OnTheWayStore.Row> onTheWay(Action action) {
    return database.in(
        organization,
        handle ->
            OnTheWayStore.find(handle, organization, List.of(action.requestId())).stream()
                .findFirst());
  }

  /// When the room of actions was told that the device has the command.
  boolean isHandedOut(Action action) {
    return database.in(
        organization,
        handle ->
            handovers.wanted(handle, organization, List.of(action.device())).stream()
                .anyMatch(now -> now.run().deliveredAt() != null));
  }

  void pushToken(Device device, String token) {
    database.in(
        organization,
        handle ->
            handle.execute(
                """
                insert into doorbell.push_token (organization_id, device_id, token, updated_at)
                values (?, ?, ?, now())
                """,
                organization,
                device.id().value(),
                token));
  }

  /// A node of the cluster, with the connections that it is given.
  static final class Node {
    final DispatchWorld world;
    final Waiters waiters = new Waiters();
    final MeterRegistry metrics = new SimpleMeterRegistry();
    final Lines lines;
    final Outcomes outcomes;
    final ReadyCommands commands;
    final Dispatcher dispatcher;
    final DispatchClock ticks;
    final PushedCommands pushed;
    final OnTheWay view;
    final Broadcast broadcast;
    final DeviceTokens tokens;
    final Polls polls;

    private Node(DispatchWorld world) {
      this.world = world;
      Database database = world.database;
      MutableClock clock = world.clock;
      broadcast = new Broadcast(database.dataSource());
      tokens =
          new DeviceTokens(
              database,
              clock,
              Events.outbox(database, clock),
              broadcast,
              world.devices,
              Audits.on(clock));
      Closings closings = new Closings(database, broadcast);
      lines = new Lines(clock, tokens, broadcast, closings);
      Push push = new Push(database, clock, world.settings);
      outcomes = new Outcomes(database, world.handovers, metrics, world.settings, clock);
      commands =
          new ReadyCommands(database, world.handovers, world.secrets, push, world.settings, clock);
      dispatcher =
          new Dispatcher(
              database,
              commands,
              new Doorbells(lines, world.devices, database, clock),
              waiters,
              outcomes,
              clock);
      ticks = new DispatchClock(database, world.deliveries, push, world.handovers, clock);
      pushed = new PushedCommands(commands, push, outcomes, world.settings, clock);
      view = new OnTheWay(push);
      polls = new Polls(database, world.secrets, tokens, waiters, dispatcher, closings, broadcast);
    }

    /// The device holds a connection here, which takes everything.
    BlockingQueue<String> connect(Device device) {
      BlockingQueue<String> taken = new LinkedBlockingQueue<>();
      connect(device, CompletableFuture.completedFuture(null), taken);
      return taken;
    }

    /// @param taking what becomes of each message
    void connect(
        Device device, CompletableFuture<@Nullable Void> taking, BlockingQueue<String> taken) {
      TestLines.connect(
          lines,
          caller(device),
          message -> {
            taken.add(message);
            return taking;
          });
    }

    /// The devices are handed what is due.
    void hand(Device... devices) {
      for (Device device : devices) {
        dispatcher.ask(device.id(), Dispatcher.Ask.DUE);
      }
      dispatcher.dispatchAsked();
    }

    /// Notes what came of handing out so many commands.
    void note(int outcomesExpected) {
      AtomicLong noted = new AtomicLong();
      var _ =
          Eventually.see(
              outcomesExpected + " outcomes",
              () -> noted.addAndGet(outcomes.noteWaiting()),
              count -> count >= outcomesExpected);
      assertThat(noted).hasValue(outcomesExpected);
    }

    List<Ready> take(Device device) {
      return commands
          .take(
              new DeliveryStore.Wanted(
                  List.of(device.id()), List.<DeviceId>of(), List.<DeviceId>of()))
          .ready();
    }
  }
}
