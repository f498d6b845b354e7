package dev.muster.server.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.alert.RuleKind;
import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceStatus;
import dev.muster.server.telemetry.Heartbeat;
import java.time.Duration;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HeartbeatWatchTest {
  private final WatchWorld world = new WatchWorld();

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void aLowBatteryIsRaisedOnceAndRecoversAboveTheEdge() {
    Device device = world.device();
    world.store(world.battery(device, 14, false));
    world.store(world.battery(device, 13, null));
    world.store(world.battery(device, 16, false));
    assertThat(world.heard.raised)
        .singleElement()
        .satisfies(alert -> {
          assertThat(alert.rule().kind()).isEqualTo(RuleKind.LOW_BATTERY);
          assertThat(alert.summary()).contains("14 %");
          assertThat(alert.subject()).isNotNull();
        });
    assertThat(world.heard.recovered).isEmpty();

    world.store(world.battery(device, 20, false));
    assertThat(world.heard.recovered)
        .singleElement()
        .satisfies(alert -> assertThat(alert.recoveredAt()).isEqualTo(world.clock.instant()));
    assertThat(world.node.count("low_battery", "raised")).isEqualTo(1);
    assertThat(world.node.count("low_battery", "recovered")).isEqualTo(1);
  }

  @Test
  void whatADeviceThatCatchesUpSaysOfLongAgoRaisesNothingAndLetsNothingRecover() {
    Device low = world.device();
    Device down = world.device();
    Duration ago = Duration.ofMinutes(13);
    world.store(
        world.late(world.battery(low, 5, false), ago), world.late(world.app(down, false), ago));
    assertThat(world.heard.raised).isEmpty();
    Duration shortly = Duration.ofMinutes(11);
    world.store(
        world.late(world.battery(low, 5, false), shortly),
        world.late(world.app(down, false), shortly));
    assertThat(world.heard.raised).hasSize(2);

    world.clock.advance(Duration.ofHours(1));
    world.store(
        world.late(world.battery(low, 90, true), ago), world.late(world.app(down, true), ago));
    assertThat(world.heard.recovered).isEmpty();
    world.store(world.battery(low, 90, true), world.app(down, true));
    assertThat(world.heard.recovered).hasSize(2);
  }

  @Test
  void aBatteryThatIsBeingChargedIsNotLow() {
    Device device = world.device();
    world.store(world.battery(device, 3, true));
    assertThat(world.heard.raised).isEmpty();
    world.store(world.battery(device, 3, false));
    world.store(world.battery(device, 3, true));
    assertThat(world.heard.recovered).hasSize(1);
  }

  @Test
  void withinTheCooldownNothingIsRaisedAndAfterItWhatIsStillTrue() {
    Device device = world.device();
    world.store(world.app(device, false));
    world.store(world.app(device, true));
    world.store(world.app(device, false));
    assertThat(world.heard.raised).hasSize(1);
    assertThat(world.node.count("app_down", "suppressed")).isEqualTo(1);
    world.rule(RuleKind.OFFLINE, null, true, 86_400);
    world.pass(Duration.ofMinutes(29));
    assertThat(world.heard.raised).hasSize(1);
    world.pass(Duration.ofMinutes(1));
    assertThat(world.heard.raised).hasSize(2);
    world.store(world.app(device, true));
    assertThat(world.heard.recovered).hasSize(2);
    world.pass(Duration.ofMinutes(31));
    assertThat(world.count("select count(*) from alert.standing")).isZero();
  }

  @Test
  void anAppIsDownWhenItWasSoOftenInARowAndWhatIsNotSaidCountsForNothing() {
    world.rule(RuleKind.APP_DOWN, null, true, 2);
    Device device = world.device();
    world.store(world.app(device, false));
    world.store(world.app(device, null));
    assertThat(world.heard.raised).isEmpty();
    world.store(world.app(device, false));
    assertThat(world.heard.raised).hasSize(1);
    world.store(world.app(device, null));
    assertThat(world.heard.recovered).isEmpty();
    world.store(world.app(device, true));
    assertThat(world.heard.recovered).hasSize(1);
  }

  @Test
  void aDeviceInMaintenanceRaisesNothingAndRecoversStill() {
    Device device = world.device();
    world.set(device, DeviceStatus.MAINTENANCE);
    world.store(world.app(device, false));
    assertThat(world.heard.raised).isEmpty();
    world.set(device, DeviceStatus.IDLE);
    world.store(world.app(device, false));
    assertThat(world.heard.raised).hasSize(1);
    world.set(device, DeviceStatus.MAINTENANCE);
    world.store(world.app(device, true));
    assertThat(world.heard.recovered).hasSize(1);
  }

  @Test
  void theRuleOfAGroupGoesBeforeThatOfTheOrganizationAndOfSeveralTheStrictest() {
    String loose = world.group("loose");
    String strict = world.group("strict");
    world.rule(RuleKind.LOW_BATTERY, null, false, 15);
    world.rule(RuleKind.LOW_BATTERY, loose, true, 30);
    world.rule(RuleKind.LOW_BATTERY, strict, true, 60);
    Device alone = world.device();
    Device one = world.device(loose);
    Device both = world.device(loose, strict);
    world.store(
        world.battery(alone, 5, false),
        world.battery(one, 40, false),
        world.battery(both, 40, false));
    assertThat(world.heard.raised)
        .singleElement()
        .satisfies(alert ->
            assertThat(alert.subject())
                .satisfies(subject -> assertThat(subject.device()).isEqualTo(both.id())));
  }

  @Test
  void whenARuleIsTurnedOffItsAlertsRecover() {
    Device device = world.device();
    world.store(world.app(device, false));
    world.rule(RuleKind.APP_DOWN, null, false, 1);
    world.pass(Duration.ofSeconds(3));
    assertThat(world.heard.recovered).hasSize(1);
    world.store(world.app(device, false));
    assertThat(world.heard.raised).hasSize(1);
  }

  @Test
  void aDeviceThatTakesNoPartAnyMoreHasNoAlerts() {
    Device device = world.device();
    world.store(world.battery(device, 3, false));
    world.pass(Duration.ofMinutes(13));
    assertThat(world.heard.raised).hasSize(2);
    assertThat(world.status(device)).isEqualTo("OFFLINE");
    world.room.lifecycles().deactivate(world.admin, device.handle());
    world.run();
    assertThat(world.heard.recovered).hasSize(2);
    assertThat(world.status(device)).isEqualTo("IDLE");
    world.pass(Duration.ofHours(2));
    assertThat(world.heard.raised).hasSize(2);

    world.room.lifecycles().activate(world.admin, device.handle());
    world.pass(Duration.ofMinutes(13));
    assertThat(world.heard.raised).hasSize(3);
  }

  @Test
  void devicesThatAreWellLeaveNothingToWrite() {
    List<Heartbeat> beats = world.devices(50).stream().map(world::well).toList();
    world.node.store(beats);
    long written =
        world.database.acrossOrganizations(handle -> {
          long before = written(handle);
          world.node.heartbeats.stored(handle, beats, List.of());
          return written(handle) - before;
        });
    assertThat(written).isZero();
    assertThat(world.count("select count(*) from alert.standing")).isZero();
    assertThat(world.count("select count(*) from watch.deadline")).isEqualTo(50);
  }

  private static long written(Handle handle) {
    return handle
        .createQuery(
            """
            select coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)
            from pg_stat_xact_user_tables where schemaname in ('alert', 'watch', 'device')
            """)
        .mapTo(long.class)
        .one();
  }
}
