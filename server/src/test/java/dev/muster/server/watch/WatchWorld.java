package dev.muster.server.watch;

import dev.muster.server.action.ActionRoom;
import dev.muster.server.alert.Alert;
import dev.muster.server.alert.AlertListener;
import dev.muster.server.alert.AlertMetrics;
import dev.muster.server.alert.Alerts;
import dev.muster.server.alert.Ledger;
import dev.muster.server.alert.RecordingAlerts;
import dev.muster.server.alert.RuleKind;
import dev.muster.server.alert.Rules;
import dev.muster.server.alert.Severity;
import dev.muster.server.alert.StandingClock;
import dev.muster.server.alert.Terms;
import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceStatus;
import dev.muster.server.device.Devices;
import dev.muster.server.device.Groups;
import dev.muster.server.device.NewDevice;
import dev.muster.server.device.Statuses;
import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Role;
import dev.muster.server.telemetry.BatchListener;
import dev.muster.server.telemetry.Heartbeat;
import dev.muster.server.testing.Audits;
import dev.muster.server.testing.MutableClock;
import dev.muster.server.testing.Tenants;
import dev.muster.server.testing.TestDatabase;
import dev.muster.server.testing.TestSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The rooms `alert` and `watch` on a database of their own, with as many nodes as a test asks for.
/// No job runs unless a test runs it, and heartbeats are stored as ingest stores them.
public final class WatchWorld implements AutoCloseable {
  public final TestDatabase testDatabase = TestDatabase.create();
  public final Database database = testDatabase.database();
  public final MutableClock clock = new MutableClock();
  public final ActionRoom room = ActionRoom.on(database, clock, TestSettings.of(Map.of()));
  public final Groups groups = new Groups(database, clock, room.deviceChanges(), Audits.on(clock));
  public final RecordingAlerts heard = new RecordingAlerts();
  public final List<AlertListener> listeners = new ArrayList<>(List.of(heard));
  public final OrganizationId organization = Tenants.fresh(database);
  public final Caller.Person admin = Tenants.person(organization, Role.ADMIN);
  public final Node node = node();

  public WatchWorld() {
    LifecycleWatch lifecycle = new LifecycleWatch(node.ledger, node.rules, node.presence, clock);
    room.deviceChanges().add(lifecycle);
    room.actionChanges().add(node.actions);
  }

  /// One server of a cluster.
  public final class Node {
    public final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    public final List<Rules.Listener> ruleListeners = new ArrayList<>();
    public final Rules rules;
    public final Ledger ledger;
    public final Presence presence;
    public final HeartbeatWatch heartbeats;
    public final AbsenceSweep absence;
    public final StandingClock standings;
    public final ActionWatch actions;
    public final List<BatchListener> batch;

    private Node() {
      rules =
          new Rules(
              database,
              groups,
              Audits.on(clock),
              new Broadcast(database.dataSource()),
              clock,
              ruleListeners);
      AlertMetrics counted = new AlertMetrics(metrics, clock);
      ledger = new Ledger(room.devices(), counted, clock, listeners);
      presence = new Presence(database, new Statuses(clock, room.deviceChanges()), room.actions());
      heartbeats = new HeartbeatWatch(ledger, rules, presence, TestSettings.of(Map.of()));
      absence = sweep(Duration.ZERO);
      ruleListeners.add(absence);
      standings = new StandingClock(database, ledger, rules, counted);
      actions = new ActionWatch(ledger, rules, presence, List.of());
      batch = new ArrayList<>(List.of(heartbeats));
    }

    /// @param grace after an outage, which each jump of the clock is for the sweep
    AbsenceSweep sweep(Duration grace) {
      return new AbsenceSweep(database, ledger, rules, presence, clock, grace);
    }

    public double count(String kind, String outcome) {
      var counter = metrics.find("muster.alerts").tags("kind", kind, "outcome", outcome).counter();
      return counter == null ? 0 : counter.count();
    }

    /// All that its jobs do at this moment.
    public void run() {
      absence.run();
      standings.run();
      presence.follow();
    }

    /// Stores the heartbeats of one batch, of which each is of another device.
    public void store(List<Heartbeat> batchOf) {
      List<Heartbeat> newest =
          batchOf.stream()
              .sorted(
                  Comparator.comparing((Heartbeat beat) -> beat.organization().toString())
                      .thenComparing(beat -> beat.device().toString()))
              .toList();
      database.acrossOrganizations(handle -> {
        Set<UUID> first = upsert(handle, newest);
        List<Heartbeat> fresh =
            newest.stream().filter(beat -> first.contains(beat.device().value())).toList();
        batch.forEach(listener -> listener.stored(handle, newest, fresh));
        return first;
      });
    }
  }

  public Node node() {
    return new Node();
  }

  private static Set<UUID> upsert(Handle handle, List<Heartbeat> newest) {
    return new HashSet<>(
        handle
            .createQuery(
                """
                insert into telemetry.last_status as s
                  (organization_id, device_id, seen_at, taken_at, rest)
                select o, d, cast(t as timestamptz), cast(t as timestamptz), '{}'
                from unnest(:organizations, :devices, :times) as n (o, d, t) order by o, d
                on conflict (organization_id, device_id) do update
                  set seen_at = greatest(s.seen_at, excluded.seen_at)
                returning case when xmax = 0 then device_id end
                """)
            .bindArray(
                "organizations",
                UUID.class,
                newest.stream().map(beat -> beat.organization().value()).toList())
            .bindArray(
                "devices", UUID.class, newest.stream().map(beat -> beat.device().value()).toList())
            .bindArray(
                "times",
                String.class,
                newest.stream().map(beat -> beat.seenAt().toString()).toList())
            .mapTo(UUID.class)
            .list());
  }

  public Device device(String... inGroups) {
    return room.devices().register(admin, NewDevice.named("d").in(List.of(inGroups)));
  }

  /// Many devices, without the history that registering leaves.
  public List<Device> devices(int many) {
    String prefix = Ids.next().toString();
    return database.acrossOrganizations(handle -> {
      handle.execute(
          """
          insert into device.device (organization_id, id, handle, name, name_key, platform, type, status,
            created_at, updated_at)
          select ?, gen_random_uuid(), ? || ':' || i, 'd', 'd', 'OTHER', '', 'IDLE', now(), now()
          from generate_series(1, ?) i
          """,
          organization,
          prefix,
          many);
      return List.copyOf(
          room.devices()
              .findAll(
                  handle,
                  organization,
                  IntStream.rangeClosed(1, many).mapToObj(i -> prefix + ":" + i).toList())
              .values());
    });
  }

  public String group(String name) {
    return groups.create(admin, name).id().toString();
  }

  public Heartbeat well(Device device) {
    return beat(device, 80, false, null);
  }

  public Heartbeat battery(Device device, int pct, @Nullable Boolean charging) {
    return beat(device, pct, charging, null);
  }

  public Heartbeat app(Device device, @Nullable Boolean running) {
    return beat(device, 80, false, running);
  }

  /// The same as it comes from a device that catches up, taken so long ago.
  public Heartbeat late(Heartbeat beat, Duration ago) {
    Instant taken = beat.receivedAt().minus(ago);
    return new Heartbeat(
        beat.organization(),
        beat.device(),
        taken,
        taken,
        beat.receivedAt(),
        beat.readings(),
        beat.rest(),
        beat.detail());
  }

  private Heartbeat beat(
      Device device, int pct, @Nullable Boolean charging, @Nullable Boolean running) {
    Instant now = clock.instant();
    return new Heartbeat(
        device.organization(),
        device.id(),
        now,
        now,
        now,
        new Heartbeat.Readings(
            new Heartbeat.Power(pct, charging, null),
            new Heartbeat.Memory(null, null, null),
            null,
            null,
            null,
            null,
            running),
        "{}",
        Heartbeat.Detail.of("{}"));
  }

  public void store(Heartbeat... beats) {
    node.store(List.of(beats));
  }

  /// All that jobs do at this moment.
  public void run() {
    node.run();
  }

  public void pass(Duration time) {
    clock.advance(time);
    run();
  }

  public void rule(RuleKind kind, @Nullable String group, boolean enabled, int threshold) {
    var _ =
        node.rules.put(
            admin,
            group,
            new Terms(
                kind,
                enabled,
                Severity.WARNING,
                threshold,
                Duration.ofMinutes(30),
                new Terms.Remedy(false, 3)));
  }

  public Device present(Device device) {
    return database.in(
        organization,
        handle -> room.devices().require(handle, organization, device.id().toString()));
  }

  public String status(Device device) {
    return present(device).status();
  }

  public void set(Device device, DeviceStatus status) {
    room.devices().change(admin, device.handle(), new Devices.Change(null, null, status, null));
  }

  public List<Alert> alerts() {
    return new Alerts(database, room.devices(), Audits.on(clock), clock, listeners)
        .list(admin, Alerts.Filter.ALL, null, 500)
        .alerts();
  }

  public long count(String sql) {
    return database.acrossOrganizations(handle -> handle.createQuery(sql).mapTo(long.class).one());
  }

  @Override
  public void close() {
    testDatabase.close();
  }
}
