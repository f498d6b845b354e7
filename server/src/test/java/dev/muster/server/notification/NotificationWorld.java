package dev.muster.server.notification;

import dev.muster.server.alert.Alert;
import dev.muster.server.alert.RuleKind;
import dev.muster.server.alert.Severity;
import dev.muster.server.audit.Audit;
import dev.muster.server.device.DeviceChanges;
import dev.muster.server.device.DeviceId;
import dev.muster.server.device.Devices;
import dev.muster.server.device.Groups;
import dev.muster.server.device.NewDevice;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.Role;
import dev.muster.server.platform.Settings;
import dev.muster.server.testing.Audits;
import dev.muster.server.testing.MutableClock;
import dev.muster.server.testing.Tenants;
import dev.muster.server.testing.TestDatabase;
import dev.muster.server.testing.TestSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// The room on a database of its own, with a clock that stands still, and services on loopback that
/// messages go to.
final class NotificationWorld implements AutoCloseable {
  private final TestDatabase postgres;
  final FakeReceiver receiver = new FakeReceiver();
  final Database database;
  final MutableClock clock;
  final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  final AlertQueue queue;
  final Devices devices;
  final Groups groups;
  final Mutes mutes;
  final Node node;
  final Audit audit;
  final Settings settings;
  private final List<DeviceChanges> changes = new ArrayList<>();

  /// What one node of a cluster does.
  record Node(Channels channels, Composer composer, Deliveries deliveries) {
    void run() {
      composer.run();
      deliveries.run();
    }
  }

  NotificationWorld(Map<String, String> settings) {
    this(TestDatabase.create(), new MutableClock(), settings);
  }

  /// The same on a database that other rooms use too; it is closed with this.
  NotificationWorld(TestDatabase postgres, MutableClock clock, Map<String, String> settings) {
    this.postgres = postgres;
    this.database = postgres.database();
    this.clock = clock;
    this.queue = new AlertQueue(clock);
    this.audit = Audits.on(clock);
    Map<String, String> all = new TreeMap<>(settings);
    all.putIfAbsent("muster.notification.allow-private", "true");
    this.settings = TestSettings.of(all);
    groups = new Groups(database, clock, changes, audit);
    devices = new Devices(database, clock, groups, audit, changes);
    mutes = new Mutes(database, clock, devices, groups, audit);
    node = newNode();
  }

  Node newNode() {
    return newNode(Duration.ofMillis(500));
  }

  /// @param patience how long it waits for an answer
  Node newNode(Duration patience) {
    Senders senders = new Senders(clock, settings, null, patience);
    Channels channels = new Channels(database, clock, Audits.KEY, senders, audit);
    return new Node(
        channels,
        new Composer(database, clock, mutes, settings),
        new Deliveries(database, clock, channels, senders, audit, metrics, settings));
  }

  Tenant tenant() {
    return new Tenant(this, Tenants.person(Tenants.fresh(database), Role.ADMIN));
  }

  /// Time passes, a second at a time, and the jobs run at each.
  void pass(Duration time) {
    for (long i = 0; i < time.toSeconds(); i++) {
      clock.advance(Duration.ofSeconds(1));
      node.run();
    }
  }

  /// The same in steps of five seconds, where it does not matter when within them.
  void passQuickly(Duration time) {
    for (long i = 0; i < time.toSeconds(); i += 5) {
      clock.advance(Duration.ofSeconds(5));
      node.run();
    }
  }

  @Override
  public void close() {
    postgres.close();
    receiver.close();
  }

  /// One organization.
  record Tenant(NotificationWorld world, Caller.Person admin) {
    Channel channel(Channel.Kind kind, String path) {
      return channel(kind, path, Severity.INFO, Set.of());
    }

    /// @param path of the world's receiver, or a whole URL
    Channel channel(Channel.Kind kind, String path, Severity minimum, Set<RuleKind> kinds) {
      return world
          .node
          .channels()
          .create(
              admin,
              new Channels.NewChannel(
                  kind,
                  "Channel " + Ids.next(),
                  path.startsWith("/") ? world.receiver.url(path) : path,
                  kind == Channel.Kind.WEBHOOK ? "secret-of-sixteen" : null,
                  new Channel.Filter(minimum, kinds),
                  true))
          .channel();
    }

    DeviceId device(String handle) {
      return world.devices.register(admin, NewDevice.named(handle).withHandle(handle)).id();
    }

    Alert alert(RuleKind kind, String handle) {
      return alert(kind, Severity.WARNING, new DeviceId(Ids.next()), handle);
    }

    Alert alert(RuleKind kind, Severity severity, DeviceId device, String handle) {
      return new Alert(
          Ids.next(),
          admin.organization(),
          new Alert.Subject(device, handle, "The " + handle),
          new Alert.Rule(kind, severity),
          handle + " is not well.",
          world.clock.instant(),
          null);
    }

    List<Alert> alerts(RuleKind kind, int count) {
      List<Alert> alerts = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        alerts.add(alert(kind, "device-%04d".formatted(i)));
      }
      return alerts;
    }

    List<Alert> raise(Alert... alerts) {
      return raise(List.of(alerts));
    }

    List<Alert> raise(List<Alert> alerts) {
      world.database.acrossOrganizations(handle -> {
        world.queue.raised(handle, alerts);
        return alerts;
      });
      return alerts;
    }

    void recover(List<Alert> alerts) {
      List<Alert> recovered =
          alerts.stream()
              .map(alert ->
                  new Alert(
                      alert.id(),
                      alert.organization(),
                      alert.subject(),
                      alert.rule(),
                      alert.summary(),
                      alert.raisedAt(),
                      world.clock.instant()))
              .toList();
      world.database.acrossOrganizations(handle -> {
        world.queue.recovered(handle, recovered);
        return recovered;
      });
    }
  }
}
