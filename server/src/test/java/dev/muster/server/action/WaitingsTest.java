package dev.muster.server.action;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.action.ActionWorld.Tenant;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // set before each test
class WaitingsTest {
  private final ActionWorld world = new ActionWorld(Map.of());
  private Tenant tenant;
  private String device;

  @BeforeEach
  void makeDevice() {
    tenant = world.tenant();
    device = tenant.device();
    world.deliveries.clear();
  }

  @AfterAll
  void close() {
    world.close();
  }

  @Test
  void whatWaitsForItsTurnNamesWhatRunsAndHowManyComeFirst() {
    Action running = tenant.ask(device, ActionType.LOCK);
    Action first = tenant.ask(device, ActionType.PING);
    Action second = tenant.ask(device, ActionType.PING);
    Action third = tenant.ask(device, ActionType.PING);
    world.clock.advance(Duration.ofMinutes(1));

    assertThat(waiting(first).what()).isEqualTo(running.id() + " (LOCK) is running on the device.");
    assertThat(waiting(second).what()).endsWith("and 1 waiting action comes first.");
    assertThat(waiting(third).what()).endsWith("and 2 waiting actions come first.");
    assertThat(waiting(third).since()).isEqualTo(third.order().createdAt());
    assertThat(waiting(third).next())
        .isEqualTo(
            "It begins when that has ended. It expires at "
                + seconds(third.order().expiresAt())
                + " unless it has been delivered by then.");
  }

  @Test
  void whatWaitsOnADeactivatedDeviceSaysSo() {
    Action running = tenant.ask(device, ActionType.PING);
    Action next = tenant.ask(device, ActionType.RING);
    world.clock.advance(Duration.ofMinutes(1));
    Instant deactivated = world.clock.instant();
    world.lifecycles.deactivate(tenant.admin(), device);

    for (Action stuck : List.of(running, next)) {
      assertThat(waiting(stuck).what()).startsWith("The device is deactivated");
      assertThat(waiting(stuck).since()).isEqualTo(deactivated);
      assertThat(waiting(stuck).next()).contains("activates").contains("It expires at");
    }
  }

  @Test
  void whatIsOnItsWayIsExplainedByWhoHandsItOut() {
    Action action = tenant.ask(device, ActionType.PING);
    assertThat(waiting(action).what()).isEqualTo("The device has not been handed the command yet.");
    assertThat(waiting(action).since()).isEqualTo(action.run().startedAt());
    Instant since = world.clock.instant().minusSeconds(60);
    world.deliveries.put(
        action.requestId(),
        new DeliveryView.Delivery("The device is not connected.", since, "It is sent a push."));

    assertThat(waiting(action).what()).isEqualTo("The device is not connected.");
    assertThat(waiting(action).since()).isEqualTo(since);
    assertThat(waiting(action).next()).startsWith("It is sent a push. It expires at ");
  }

  @Test
  void whatTheDeviceHasWaitsForItsAnswerUntilTheTimeout() {
    Action action =
        tenant.ask(
            device,
            NewAction.of(ActionType.PING, Map.of()).tried(2).within(null, Duration.ofMinutes(2)));
    tenant.hand(action);
    world.results.progress(tenant.self(device), device, action.requestId(), 40, "unpacking");

    assertThat(waiting(action).what())
        .isEqualTo("The device has the command and has not answered. It says that it is at 40 %.");
    assertThat(waiting(action).since()).isEqualTo(world.clock.instant());
    assertThat(waiting(action).next())
        .isEqualTo(
            "Without an answer by "
                + seconds(world.clock.instant().plusSeconds(120))
                + " this attempt has failed, and another follows.");
  }

  @Test
  void betweenTwoAttemptsItSaysWhenTheNextBegins() {
    Action action = tenant.ask(device, NewAction.of(ActionType.PING, Map.of()).tried(3));
    world.clock.advance(Duration.ofMinutes(1));
    Instant failed = world.clock.instant();
    tenant.answer(action, "failed", "flat battery");

    assertThat(waiting(action).what()).isEqualTo("Attempt 1 of 3 has failed.");
    assertThat(waiting(action).since()).isEqualTo(failed);
    assertThat(waiting(action).next())
        .isEqualTo("Attempt 2 begins at " + seconds(failed.plusSeconds(10)) + ".");
  }

  @Test
  void whatHasEndedWaitsForNothing() {
    Action action = tenant.ask(device, ActionType.PING);
    tenant.answer(action, "success", null);

    assertThat(world.waitings.of(tenant.admin(), List.of(tenant.now(action)))).isEmpty();
  }

  private Waiting waiting(Action action) {
    return requireNonNull(
        world.waitings.of(tenant.admin(), List.of(tenant.now(action))).get(action.id()));
  }

  private static String seconds(Instant at) {
    return at.toString().replaceAll("\\.\\d+", "");
  }
}
