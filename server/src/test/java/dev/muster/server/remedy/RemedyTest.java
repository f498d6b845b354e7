package dev.muster.server.remedy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.protocol.Json;
import dev.muster.server.action.Action;
import dev.muster.server.action.ActionChanges;
import dev.muster.server.action.ActionFilter;
import dev.muster.server.action.ActionLists;
import dev.muster.server.action.ActionState;
import dev.muster.server.action.ActionType;
import dev.muster.server.action.DeviceResult;
import dev.muster.server.alert.RuleKind;
import dev.muster.server.alert.Severity;
import dev.muster.server.alert.Terms;
import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceStatus;
import dev.muster.server.device.Statuses;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Ids;
import dev.muster.server.policy.PolicyTenant;
import dev.muster.server.policy.PolicyWorld;
import dev.muster.server.testing.TestSettings;
import dev.muster.server.watch.WatchWorld;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RemedyTest {
  private static final String APP = "com.example.pos";

  private final WatchWorld world = new WatchWorld();
  private final PolicyWorld policies = PolicyWorld.on(world.testDatabase, Map.of());
  private final PolicyTenant tenant = new PolicyTenant(policies, world.organization, world.admin);
  private final RemedyJob job =
      new RemedyJob(
          world.database,
          new Remedies(
              new Statuses(world.clock, world.room.deviceChanges()),
              world.room.actions(),
              policies.versions(),
              world.node.rules,
              world.node.presence,
              TestSettings.of(Map.of("muster.alert.relaunches-a-day", "2")),
              world.clock),
          world.clock);

  @BeforeEach
  void listen() {
    world.database.in(
        world.organization,
        handle -> {
          policies.policies().created(handle, world.organization);
          return handle;
        });
    world.room.deviceChanges().add(policies.versions());
    world.room.actionChanges().add(new RemedyActions(world.room.devices(), world.node.presence));
    Wishes wishes = new Wishes(world.node.rules, TestSettings.of(Map.of()), world.clock);
    world.node.batch.add(wishes);
    world.listeners.add(wishes);
  }

  @AfterEach
  void close() {
    world.close();
  }

  private Device monitored(boolean autoRelaunch) {
    Device device = world.device();
    tenant.override(
        device.id().toString(),
        Map.of(
            "monitoredApp",
            Json.obj(Map.of("package", Json.of(APP), "autoRelaunch", Json.of(autoRelaunch)))));
    return device;
  }

  private void remediate(RuleKind kind, int aDay) {
    Terms terms = Terms.defaults(kind);
    var _ =
        world.node.rules.put(
            world.admin,
            null,
            new Terms(
                kind,
                true,
                Severity.WARNING,
                terms.threshold(),
                Duration.ZERO,
                new Terms.Remedy(true, aDay)));
  }

  private List<Action> actions() {
    return new ActionLists(world.database, world.room.devices())
        .list(world.admin, new ActionFilter(null, Set.of(), null, null), null, 100)
        .actions();
  }

  private void answer(Device device, String outcome) {
    world
        .room
        .results()
        .record(
            new Caller.Device(world.organization, device.id().value(), Ids.next()),
            device.handle(),
            new DeviceResult(
                actions().getFirst().requestId(), outcome, null, null, world.clock.instant()));
  }

  @Test
  void anAppIsStartedAgainWhereThePolicySaysSoAlertsOrNot() {
    world.rule(RuleKind.APP_DOWN, null, false, 1);
    Device device = monitored(true);
    Device other = monitored(false);
    world.store(world.app(device, false), world.app(other, false));
    job.run();
    assertThat(actions())
        .singleElement()
        .satisfies(action -> {
          assertThat(action.device()).isEqualTo(device.id());
          assertThat(action.order().type()).isEqualTo(ActionType.LAUNCH_APP);
          assertThat(action.order().params()).isEqualTo(Map.of("package", APP));
          assertThat(action.state()).isEqualTo(ActionState.RUNNING);
        });
    assertThat(world.heard.raised).isEmpty();
    assertThat(world.status(device)).isEqualTo("RECOVERING");
    assertThat(world.status(other)).isEqualTo("IDLE");

    world.store(world.app(device, false));
    job.run();
    assertThat(actions()).hasSize(1);
    answer(device, "succeeded");
    assertThat(world.status(device)).isEqualTo("IDLE");
  }

  @Test
  void anAppThatDidNotRunLongAgoIsNotStarted() {
    Device device = monitored(true);
    world.store(world.late(world.app(device, false), Duration.ofMinutes(13)));
    job.run();
    assertThat(actions()).isEmpty();
  }

  @Test
  void aRemedyThatFailsHoldsUpNoOther() {
    Device failing = monitored(true);
    Device other = monitored(true);
    world
        .room
        .actionChanges()
        .add(
            new ActionChanges() {
              @Override
              public void attemptBegan(Handle handle, Action action) {
                if (action.device().equals(failing.id())) {
                  throw new IllegalStateException("a fault of one device");
                }
              }
            });
    world.store(world.app(failing, false));
    world.clock.advance(Duration.ofSeconds(1));
    world.store(world.app(other, false));
    job.run();
    assertThat(actions()).extracting(Action::device).containsExactly(other.id());
    assertThat(world.count("select count(*) from remedy.wish")).isEqualTo(1);
  }

  @Test
  void aDeviceGetsNoMoreThanItsNumberADay() {
    Device device = monitored(true);
    for (int i = 0; i < 4; i++) {
      world.store(world.app(device, false));
      job.run();
      if (i < 2) {
        answer(device, "failed");
      }
    }
    assertThat(actions()).hasSize(2);
    assertThat(world.status(device)).isEqualTo("IDLE");
    world.clock.advance(Duration.ofHours(25));
    world.store(world.app(device, false));
    job.run();
    assertThat(actions()).hasSize(3);
  }

  @Test
  void aSilentDeviceIsPingedWhereTheRuleAsksForItAndIsOfflineAfterwards() {
    Device device = world.device();
    remediate(RuleKind.OFFLINE, 3);
    world.store(world.well(device));
    world.pass(Duration.ofMinutes(13));
    assertThat(world.status(device)).isEqualTo("OFFLINE");
    job.run();
    assertThat(actions())
        .singleElement()
        .satisfies(action -> assertThat(action.order().type()).isEqualTo(ActionType.PING));
    assertThat(world.status(device)).isEqualTo("RECOVERING");
    answer(device, "failed");
    world.run();
    assertThat(world.status(device)).isEqualTo("OFFLINE");
    world.store(world.well(device));
    world.run();
    assertThat(world.status(device)).isEqualTo("IDLE");
  }

  @Test
  void aDeviceThatIsHeardWhileItIsPingedIsWhatItWasAtOnce() {
    Device device = world.device();
    remediate(RuleKind.OFFLINE, 3);
    world.store(world.well(device));
    world.pass(Duration.ofMinutes(13));
    job.run();
    assertThat(world.status(device)).isEqualTo("RECOVERING");
    world.store(world.well(device));
    world.run();
    assertThat(world.status(device)).isEqualTo("IDLE");
    assertThat(world.count("select count(*) from watch.presence")).isZero();
    answer(device, "failed");
    assertThat(world.status(device)).isEqualTo("IDLE");
  }

  @Test
  void aDeviceThatIsHeardWhileItsAppIsStartedIsWhatItWasWhenThatIsOver() {
    Device device = monitored(true);
    world.store(world.app(device, false));
    job.run();
    world.pass(Duration.ofMinutes(13));
    world.store(world.well(device));
    world.run();
    assertThat(world.status(device)).isEqualTo("RECOVERING");
    answer(device, "succeeded");
    assertThat(world.status(device)).isEqualTo("IDLE");
    assertThat(world.count("select count(*) from watch.presence")).isZero();
  }

  @Test
  void nothingIsTriedUnlessARuleAsksForItNorInMaintenance() {
    Device device = monitored(false);
    world.store(world.app(device, false));
    job.run();
    assertThat(actions()).isEmpty();
    remediate(RuleKind.APP_DOWN, 3);
    world.store(world.app(device, true));
    world.store(world.app(device, false));
    world.set(device, DeviceStatus.MAINTENANCE);
    job.run();
    assertThat(actions()).isEmpty();
    world.set(device, DeviceStatus.IDLE);
    world.store(world.app(device, true));
    world.store(world.app(device, false));
    job.run();
    assertThat(actions()).hasSize(1);
    assertThat(world.count("select count(*) from remedy.wish")).isZero();
  }
}
