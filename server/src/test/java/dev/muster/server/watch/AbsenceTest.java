package dev.muster.server.watch;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.action.Action;
import dev.muster.server.action.ActionType;
import dev.muster.server.action.DeviceResult;
import dev.muster.server.action.NewAction;
import dev.muster.server.alert.Alert;
import dev.muster.server.alert.AlertListener;
import dev.muster.server.alert.RuleKind;
import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceEvents;
import dev.muster.server.device.DeviceId;
import dev.muster.server.device.DeviceStatus;
import dev.muster.server.device.EventKind;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Ids;
import dev.muster.server.telemetry.Heartbeat;
import dev.muster.server.testing.Race;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AbsenceTest {
  private final WatchWorld world = new WatchWorld();

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void aSilentDeviceIsOfflineAndBackToWhatItWasAtItsNextHeartbeat() {
    Device device = world.device();
    world.set(device, DeviceStatus.ERROR);
    world.store(world.well(device));
    world.pass(Duration.ofMinutes(11));
    assertThat(world.heard.raised).isEmpty();
    world.pass(Duration.ofMinutes(2));
    assertThat(world.heard.raised)
        .singleElement()
        .satisfies(alert -> assertThat(alert.summary()).contains("2026-01-15T10:00:00Z"));
    assertThat(world.status(device)).isEqualTo("OFFLINE");
    world.pass(Duration.ofMinutes(60));
    assertThat(world.heard.raised).hasSize(1);

    world.store(world.well(device));
    assertThat(world.heard.recovered).hasSize(1);
    world.run();
    assertThat(world.status(device)).isEqualTo("ERROR");
    assertThat(
            new DeviceEvents(world.database, world.room.devices())
                .list(
                    world.admin,
                    device.handle(),
                    new DeviceEvents.Range(EventKind.CHANGED, null, null),
                    null,
                    10)
                .events())
        .extracting(event -> event.body().canonical())
        .containsExactly(
            "{\"status\":\"ERROR\"}", "{\"status\":\"OFFLINE\"}", "{\"status\":\"ERROR\"}");
    assertThat(world.count("select count(*) from watch.presence")).isZero();

    world.pass(Duration.ofMinutes(13));
    assertThat(world.heard.raised).hasSize(2);
  }

  @Test
  void statusFollowsWhenTheRuleIsOffAndTheAlertComesWhenItIsTurnedOn() {
    world.rule(RuleKind.OFFLINE, null, false, 120);
    Device device = world.device();
    world.store(world.well(device));
    world.pass(Duration.ofMinutes(3));
    assertThat(world.status(device)).isEqualTo("OFFLINE");
    assertThat(world.heard.raised).isEmpty();
    world.rule(RuleKind.OFFLINE, null, true, 120);
    world.pass(Duration.ofSeconds(3));
    assertThat(world.heard.raised).hasSize(1);
    world.store(world.well(device));
    world.run();
    assertThat(world.status(device)).isEqualTo("IDLE");
  }

  @Test
  void aDeviceThatWasErasedWhileItWasHeardIsLookedForOnce() {
    Device device = world.device();
    Heartbeat beat = world.well(device);
    Heartbeat ofNobody =
        new Heartbeat(
            beat.organization(),
            new DeviceId(Ids.next()),
            beat.bucket(),
            beat.takenAt(),
            beat.receivedAt(),
            beat.readings(),
            beat.rest(),
            beat.detail());
    world.store(beat, ofNobody);
    assertThat(world.count("select count(*) from watch.deadline")).isEqualTo(2);

    world.pass(Duration.ofMinutes(13));

    assertThat(world.count("select count(*) from watch.deadline")).isEqualTo(1);
    assertThat(world.heard.raised).hasSize(1);
  }

  @Test
  void aShorterTimeHoldsAtOnce() {
    Device device = world.device();
    world.store(world.well(device));
    world.rule(RuleKind.OFFLINE, null, true, 60);
    world.pass(Duration.ofSeconds(61));
    assertThat(world.heard.raised).hasSize(1);
  }

  @Test
  void theShorterTimeOfAGroupHoldsForWhoJoinsIt() {
    String kiosks = world.group("kiosks");
    world.rule(RuleKind.OFFLINE, kiosks, true, 60);
    Device device = world.device();
    world.store(world.well(device));
    world.pass(Duration.ofSeconds(61)); // from now on it is looked at by its own time
    world.groups.join(world.admin, kiosks, device.handle());
    world.pass(Duration.ofSeconds(61));
    assertThat(world.heard.raised).hasSize(1);
  }

  @Test
  void maintenanceStaysAndWhatPeopleSayMeanwhileToo() {
    Device kept = world.device();
    Device said = world.device();
    world.set(kept, DeviceStatus.MAINTENANCE);
    world.store(world.well(kept), world.well(said));
    world.pass(Duration.ofMinutes(13));
    assertThat(world.status(kept)).isEqualTo("MAINTENANCE");
    assertThat(world.heard.raised).hasSize(1);
    world.set(said, DeviceStatus.ERROR);
    world.store(world.well(said));
    world.run();
    assertThat(world.status(said)).isEqualTo("ERROR");

    world.set(kept, DeviceStatus.IDLE);
    world.pass(Duration.ofSeconds(61));
    assertThat(world.status(kept)).isEqualTo("OFFLINE");
    assertThat(world.heard.raised).hasSize(2);
  }

  @Test
  void anActionThatEndsOnASilentDeviceLeavesItOfflineAndThenIdle() {
    Device device = world.device();
    world.store(world.well(device));
    Action action =
        world
            .room
            .actions()
            .initiate(world.admin, device.handle(), NewAction.of(ActionType.PING, Map.of()));
    assertThat(world.status(device)).isEqualTo("BUSY");
    world.pass(Duration.ofMinutes(13));
    assertThat(world.status(device)).isEqualTo("OFFLINE");
    world.room.actions().cancel(world.admin, action.id().value(), null);
    world.run();
    assertThat(world.status(device)).isEqualTo("OFFLINE");
    world.store(world.well(device));
    world.run();
    assertThat(world.status(device)).isEqualTo("IDLE");
  }

  @Test
  void aFailedActionIsToldOfWhereThatIsWantedUntilOneSucceeds() {
    Device device = world.device();
    answer(device, "failed");
    assertThat(world.heard.raised).isEmpty();
    world.rule(RuleKind.ACTION_FAILED, null, true, 0);
    answer(device, "failed");
    answer(device, "failed");
    assertThat(world.heard.raised)
        .singleElement()
        .satisfies(alert -> assertThat(alert.summary()).contains("PING").contains("failed"));
    answer(device, "succeeded");
    assertThat(world.heard.recovered).hasSize(1);
  }

  private void answer(Device device, String outcome) {
    Action action =
        world
            .room
            .actions()
            .initiate(world.admin, device.handle(), NewAction.of(ActionType.PING, Map.of()));
    world
        .room
        .results()
        .record(
            new Caller.Device(world.organization, device.id().value(), Ids.next()),
            device.handle(),
            new DeviceResult(action.requestId(), outcome, null, null, world.clock.instant()));
  }

  @Test
  void anOrganizationThatCannotBeFollowedHoldsUpNoOther() {
    world.database.acrossOrganizations(handle ->
        handle.execute(
            """
            insert into watch.presence (organization_id, device_id, silent, due, before)
            select '00000000-0000-0000-0000-000000000001', gen_random_uuid(), true, true, 'nonsense'
            from generate_series(1, 600)
            """));
    Device device = world.device();
    world.store(world.well(device));
    world.pass(Duration.ofMinutes(13));
    assertThat(world.status(device)).isEqualTo("OFFLINE");
    assertThat(world.count("select count(*) from watch.presence where due")).isEqualTo(600);
  }

  @Test
  void afterAnOutageNobodyIsSilentUntilDevicesHadTheTimeToBeHeard() {
    Duration grace = Duration.ofMinutes(6);
    AbsenceSweep sweep = world.node.sweep(grace);
    Device back = world.device();
    Device gone = world.device();
    sweep.run();
    world.store(world.well(back), world.well(gone));

    world.clock.advance(Duration.ofMinutes(20));
    sweep.run();
    sweepFor(sweep, Duration.ofMinutes(3));
    world.store(world.well(back));
    sweepFor(sweep, Duration.ofMinutes(2));
    assertThat(world.heard.raised).isEmpty();
    sweepFor(sweep, Duration.ofMinutes(1));
    assertThat(world.heard.raised)
        .singleElement()
        .satisfies(alert ->
            assertThat(alert.subject())
                .isEqualTo(new Alert.Subject(gone.id(), gone.handle(), gone.name())));

    sweepFor(sweep, Duration.ofMinutes(13));
    assertThat(world.heard.raised).hasSize(2);
  }

  @Test
  void theFirstSweepOfAllWaitsWhereDevicesAreWatchedAlready() {
    AbsenceSweep sweep = world.node.sweep(Duration.ofMinutes(6));
    world.store(world.well(world.device()));
    world.clock.advance(Duration.ofMinutes(20));
    sweep.run();
    sweepFor(sweep, Duration.ofMinutes(5));
    assertThat(world.heard.raised).isEmpty();
    sweepFor(sweep, Duration.ofMinutes(1));
    assertThat(world.heard.raised).hasSize(1);
  }

  private void sweepFor(AbsenceSweep sweep, Duration time) {
    for (long gone = 0; gone < time.toSeconds(); gone += 30) {
      world.clock.advance(Duration.ofSeconds(30));
      sweep.run();
    }
  }

  @Test
  void aDeadlineMovesOnlyWhenItIsDue() {
    List<Device> devices = world.devices(40);
    world.node.store(devices.stream().map(world::well).toList());
    for (int minute = 0; minute < 11; minute++) {
      world.clock.advance(Duration.ofMinutes(1));
      world.node.store(devices.stream().map(world::well).toList());
      assertThat(world.node.absence.sweep()).isZero();
    }
    world.clock.advance(Duration.ofMinutes(1));
    assertThat(world.node.absence.sweep()).isEqualTo(40);
    assertThat(world.node.absence.sweep()).isZero();
    assertThat(world.heard.raised).isEmpty();
    world.clock.advance(Duration.ofMinutes(10));
    world.node.store(devices.subList(1, 40).stream().map(world::well).toList());
    world.clock.advance(Duration.ofMinutes(1));
    assertThat(world.node.absence.sweep()).isEqualTo(40);
    assertThat(world.heard.raised).hasSize(1);
    world.clock.advance(Duration.ofMinutes(10));
    assertThat(world.node.absence.sweep()).isZero();
  }

  @Test
  void theSweepFindsWhatIsDueByAnIndex() {
    world.database.acrossOrganizations(handle ->
        handle.execute(
            """
            insert into watch.deadline (organization_id, device_id, due_at)
            select ?, gen_random_uuid(), timestamptz '2026-01-15 11:00Z' + i * interval '1 second'
            from generate_series(1, 20000) i
            """,
            world.organization));
    String plan = world.database.acrossOrganizations(AbsenceTest::plan);
    assertThat(plan).contains("deadline_due").doesNotContain("Seq Scan");
  }

  private static String plan(Handle handle) {
    return String.join(
        "\n",
        handle
            .createQuery(
                """
                explain select organization_id, device_id from watch.deadline
                where due_at <= timestamptz '2026-01-15 11:00:10Z'
                order by due_at limit 500 for update skip locked
                """)
            .mapTo(String.class)
            .list());
  }

  @Test
  void aThousandDevicesGoOfflineAndComeBackEachOnce() {
    List<Device> devices = world.devices(1_000);
    WatchWorld.Node other = world.node();
    store(devices);
    world.clock.advance(Duration.ofMinutes(13));
    Race.times(
        4,
        i -> {
          (i % 2 == 0 ? world.node : other).absence.run();
          (i % 2 == 0 ? world.node : other).presence.follow();
          return i;
        });
    world.run();
    assertThat(world.heard.raised).hasSize(1_000);
    assertThat(world.heard.raised.stream().map(Alert::id).distinct()).hasSize(1_000);
    assertThat(world.count("select count(*) from device.device where status = 'OFFLINE'"))
        .isEqualTo(1_000);

    Race.times(
        4,
        i -> {
          (i % 2 == 0 ? world.node : other)
              .store(devices.subList(i * 250, i * 250 + 250).stream().map(world::well).toList());
          return i;
        });
    world.run();
    assertThat(world.heard.recovered).hasSize(1_000);
    assertThat(world.heard.recovered.stream().map(Alert::id).distinct()).hasSize(1_000);
    assertThat(world.count("select count(*) from device.device where status = 'IDLE'"))
        .isEqualTo(1_000);
  }

  private void store(List<Device> devices) {
    for (int from = 0; from < devices.size(); from += 500) {
      world.node.store(devices.subList(from, from + 500).stream().map(world::well).toList());
    }
  }

  /// Who raises it has found the device active, and commits only after that was changed.
  @Test
  void whatIsBeingRaisedOfADeviceEndsWhenItIsDeactivated() throws InterruptedException {
    List<Thread> deactivating = new CopyOnWriteArrayList<>();
    world.listeners.add(
        new AlertListener() {
          @Override
          public void raised(Handle handle, List<Alert> alerts) {
            String device = requireNonNull(alerts.getFirst().subject()).handle();
            Thread thread =
                Thread.ofVirtual()
                    .start(() -> world.room.lifecycles().deactivate(world.admin, device));
            deactivating.add(thread);
            while (thread.isAlive() && !isWaitedFor(handle)) {
              Thread.onSpinWait();
            }
          }

          @Override
          public void recovered(Handle handle, List<Alert> alerts) {}
        });
    Device low = world.device();
    world.store(world.well(low));
    world.store(world.battery(low, 5, false));
    deactivating.getFirst().join();
    world.store(world.well(world.device()));
    world.clock.advance(Duration.ofMinutes(13));
    world.node.absence.run();
    deactivating.getLast().join();
    assertThat(deactivating).hasSize(2);
    assertThat(world.heard.raised).hasSize(2);
    assertThat(world.heard.recovered).hasSize(2);
    assertThat(world.count("select count(*) from alert.standing")).isZero();
  }

  private static boolean isWaitedFor(Handle handle) {
    return handle
        .createQuery(
            """
            select exists (select from pg_locks where locktype = 'transactionid' and not granted)
            """)
        .mapTo(boolean.class)
        .one();
  }

  @Test
  void whoeverIsDeactivatedWhileSomethingIsRaisedHasNoAlertLeft() {
    List<Device> devices = world.devices(120);
    world.node.store(devices.stream().map(world::well).toList());
    world.clock.advance(Duration.ofMinutes(13));
    AtomicInteger next = new AtomicInteger();
    Race.times(
        6,
        runner -> {
          if (runner == 0) {
            world.node.absence.run();
          } else if (runner == 1) {
            for (int i = 0; i < devices.size(); i += 10) {
              world.node.store(
                  devices.subList(i, i + 5).stream()
                      .map(device -> world.battery(device, 5, false))
                      .toList());
            }
          } else {
            for (int i = next.getAndIncrement(); i < devices.size(); i = next.getAndIncrement()) {
              world.room.lifecycles().deactivate(world.admin, devices.get(i).handle());
            }
          }
          return runner;
        });
    assertThat(world.count("select count(*) from alert.alert where recovered_at is null")).isZero();
    assertThat(world.count("select count(*) from alert.standing")).isZero();
    assertThat(world.count("select count(*) from watch.deadline where due_at is not null"))
        .isZero();
    assertThat(world.heard.recovered).hasSameSizeAs(world.heard.raised);
  }

  @Test
  void whoeverIsHeardWhileSilenceIsRaisedHasNoAlertLeft() {
    world.rule(RuleKind.OFFLINE, null, true, 30);
    List<Device> devices = world.devices(60);
    WatchWorld.Node other = world.node();
    world.node.store(devices.stream().map(world::well).toList());
    for (int round = 0; round < 6; round++) {
      world.clock.advance(Duration.ofMinutes(31)); // past the cooldown, too
      AtomicInteger next = new AtomicInteger();
      Race.times(
          8,
          runner -> {
            if (runner < 2) {
              (runner == 0 ? world.node : other).absence.run();
              (runner == 0 ? world.node : other).presence.follow();
              return runner;
            }
            for (int i = next.getAndAdd(5); i < devices.size(); i = next.getAndAdd(5)) {
              List<Heartbeat> beats = devices.subList(i, i + 5).stream().map(world::well).toList();
              (runner % 2 == 0 ? world.node : other).store(beats);
            }
            return runner;
          });
      world.run();
      assertThat(world.count("select count(*) from alert.alert where recovered_at is null"))
          .isZero();
      assertThat(world.count("select count(*) from alert.standing where phase not in ('COOLING')"))
          .isZero();
      assertThat(world.count("select count(*) from device.device where status <> 'IDLE'")).isZero();
      assertThat(world.heard.recovered).hasSameSizeAs(world.heard.raised);
      // and everybody is watched further
      assertThat(world.count("select count(*) from watch.deadline where due_at is null")).isZero();
    }
  }
}
