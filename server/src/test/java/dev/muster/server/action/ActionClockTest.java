package dev.muster.server.action;

import static dev.muster.server.action.ActionState.EXPIRED;
import static dev.muster.server.action.ActionState.FAILED;
import static dev.muster.server.action.ActionState.RUNNING;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.action.ActionWorld.Tenant;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // set before each test
class ActionClockTest {
  private static final Duration GRACE = Duration.ofSeconds(30);

  private final ActionWorld world = new ActionWorld(Map.of("muster.action.attempts", "2"));
  private ActionClock clock;
  private Tenant tenant;
  private String device;

  @BeforeEach
  void makeDevice() {
    clock = new ActionClock(world.database, world.devices, world.lane, world.clock, GRACE);
    tenant = world.tenant();
    device = tenant.device();
  }

  @AfterAll
  void close() {
    world.close();
  }

  @Test
  void whatTimedOutWhileTheServerWasDownMayStillBeAnswered() {
    Action answered = handed(device);
    Action silent = handed(tenant.device());
    world.clock.advance(Duration.ofHours(1));

    clock.run();
    pass(GRACE.minusSeconds(1));
    assertThat(tenant.now(answered).state()).isEqualTo(RUNNING);
    assertThat(tenant.answer(answered, "failed", "no")).isTrue();
    pass(Duration.ofSeconds(1));

    assertThat(requireNonNull(tenant.now(answered).end()).error()).isEqualTo("no");
    assertThat(tenant.now(silent).state()).isEqualTo(FAILED);
    assertThat(requireNonNull(tenant.now(silent).end()).error()).contains("has not answered");
  }

  @Test
  void aGapInItsRunsGivesDevicesTheSameTime() {
    clock.run();
    pass(GRACE);
    Action action = handed(device);
    pass(GRACE.plusSeconds(31));

    assertThat(tenant.now(action).state()).isEqualTo(RUNNING);
    pass(GRACE);
    assertThat(tenant.now(action).state()).isEqualTo(FAILED);
  }

  @Test
  void aRunThatFailedOnTheDatabaseGivesDevicesTheSameTime() {
    clock.run();
    pass(GRACE);
    Action action = handed(device);
    world.clock.advance(Duration.ofSeconds(9));
    rename("action", "away");
    assertThatThrownBy(clock::run).isNotNull();
    rename("away", "action");
    pass(Duration.ofSeconds(1));

    assertThat(tenant.now(action).state()).isEqualTo(RUNNING);
    pass(GRACE);
    assertThat(tenant.now(action).state()).isEqualTo(FAILED);
  }

  @Test
  void whatNoDeviceHasExpiresOnTimeThoughTheServerWasDown() {
    Action action =
        tenant.ask(
            device, NewAction.of(ActionType.PING, Map.of()).within(Duration.ofMinutes(1), null));
    world.clock.advance(Duration.ofMinutes(1));

    clock.run();

    assertThat(tenant.now(action).state()).isEqualTo(EXPIRED);
  }

  @Test
  void noAttemptBeginsOnADeactivatedDeviceAndOneDoesAsSoonAsItIsActive() {
    Action action = tenant.ask(device, ActionType.PING);
    tenant.answer(action, "failed", "flat battery");
    world.lifecycles.deactivate(tenant.admin(), device);
    for (int i = 0; i < 3; i++) {
      pass(Duration.ofSeconds(45));
      assertThat(tenant.now(action).isAttempted()).isFalse();
    }

    world.lifecycles.activate(tenant.admin(), device);

    assertThat(tenant.now(action).requestId()).isEqualTo(action.id() + "-2");
  }

  @Test
  void activatingADeviceDoesNotCutThePauseBetweenTwoAttemptsShort() {
    Action action = tenant.ask(device, ActionType.PING);
    tenant.answer(action, "failed", "flat battery");
    world.lifecycles.deactivate(tenant.admin(), device);
    world.lifecycles.activate(tenant.admin(), device);
    assertThat(tenant.now(action).isAttempted()).isFalse();

    pass(Duration.ofSeconds(10));

    assertThat(tenant.now(action).requestId()).isEqualTo(action.id() + "-2");
  }

  @Test
  void anActionBetweenTwoAttemptsExpiresOnTimeOnADeactivatedDevice() {
    Action action =
        tenant.ask(
            device, NewAction.of(ActionType.PING, Map.of()).within(Duration.ofSeconds(40), null));
    tenant.answer(action, "failed", "flat battery");
    world.lifecycles.deactivate(tenant.admin(), device);
    pass(Duration.ofSeconds(20));
    assertThat(tenant.now(action).state()).isEqualTo(RUNNING);

    pass(Duration.ofSeconds(20));

    assertThat(tenant.now(action).state()).isEqualTo(EXPIRED);
  }

  private void pass(Duration time) {
    world.clock.advance(time);
    clock.run();
  }

  /// One that times out ten seconds from now.
  private Action handed(String to) {
    Action action =
        tenant.ask(
            to,
            NewAction.of(ActionType.PING, Map.of()).tried(1).within(null, Duration.ofSeconds(10)));
    tenant.hand(action);
    return action;
  }

  private void rename(String from, String to) {
    var _ =
        world.database.asOwner(
            handle -> handle.execute("alter table action." + from + " rename to " + to));
  }
}
