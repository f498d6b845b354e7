package dev.muster.server.action;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.action.ActionWorld.Tenant;
import dev.muster.server.device.DeviceId;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // set before each test
class SimulatorTest {
  private final ActionWorld world =
      new ActionWorld(
          Map.of(
              "muster.action.simulate", "true",
              "muster.action.attempts", "2",
              "muster.action.simulator.success", "0.6",
              "muster.action.simulator.type.RING.longest", "10s",
              "muster.action.simulator.type.LOCK.success", "0.1"));
  private Tenant tenant;
  private String device;

  @BeforeEach
  void makeDevice() {
    tenant = world.tenant();
    device = tenant.device();
    world.chance = 0.5;
  }

  @AfterAll
  void close() {
    world.close();
  }

  @Test
  void aDeviceWithoutAnAgentDoesItInTheTimeThatWasDecided() {
    Action action = tenant.ask(device, ActionType.PING);
    assertThat(tenant.status(device)).isEqualTo("BUSY");

    pass(19);
    assertThat(tenant.now(action).state()).isEqualTo(ActionState.RUNNING);
    pass(1);

    assertThat(tenant.now(action).state()).isEqualTo(ActionState.COMPLETED);
    assertThat(tenant.status(device)).isEqualTo("IDLE");
    assertThat(world.heard.lines).noneMatch(line -> line.contains("began " + action.id()));
  }

  @Test
  void eachTypeMayHaveATimeAndAShareOfItsOwn() {
    Action ring = tenant.ask(device, ActionType.RING);
    String other = tenant.device();
    Action lock = tenant.ask(other, NewAction.of(ActionType.LOCK, Map.of()).tried(1));
    pass(10);
    assertThat(tenant.now(ring).state()).isEqualTo(ActionState.COMPLETED);
    pass(10);

    assertThat(tenant.now(lock).state()).isEqualTo(ActionState.FAILED);
    assertThat(requireNonNull(tenant.now(lock).end()).error())
        .isEqualTo("Action simulation failed (random failure)");
    assertThat(tenant.status(other)).isEqualTo("ERROR");
  }

  @Test
  void aSimulatedFailureIsTriedAgain() {
    world.chance = 0.9;
    Action action = tenant.ask(device, ActionType.PING);
    pass(28);
    assertThat(tenant.now(action).run().nextAttemptAt()).isNotNull();
    world.chance = 0;
    pass(10);
    pass(10);

    assertThat(tenant.now(action).state()).isEqualTo(ActionState.COMPLETED);
  }

  /// The decision is in the row: a server that starts anew decides nothing again.
  @Test
  void whatWasDecidedStands() {
    Action action = tenant.ask(device, ActionType.PING);
    world.chance = 0.99;

    pass(20);

    assertThat(tenant.now(action).state()).isEqualTo(ActionState.COMPLETED);
  }

  @Test
  void aDeviceThatEverHadATokenIsNeverSimulated() {
    DeviceId id = tenant.id(device);
    world.database.in(
        tenant.organization(), handle -> world.tokens.issue(handle, tenant.organization(), id));

    Action action = tenant.ask(device, ActionType.PING);

    assertThat(action.run().simulated()).isNull();
    assertThat(world.heard.lines).contains("began " + action.requestId());
    pass(100);
    assertThat(tenant.now(action).state()).isEqualTo(ActionState.RUNNING);
  }

  @Test
  void aSimulatedActionSaysSoAndCanBeCancelled() {
    Action action = tenant.ask(device, ActionType.PING);
    assertThat(
            requireNonNull(
                    world.waitings.of(tenant.admin(), java.util.List.of(action)).get(action.id()))
                .what())
        .contains("simulator");

    world.actions.cancel(tenant.admin(), action.id().value(), null);
    pass(60);

    assertThat(tenant.now(action).state()).isEqualTo(ActionState.CANCELLED);
  }

  private void pass(int seconds) {
    world.clock.advance(Duration.ofSeconds(seconds));
    world.ticks.run();
  }
}
