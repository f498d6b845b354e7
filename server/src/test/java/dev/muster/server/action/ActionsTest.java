package dev.muster.server.action;

import static dev.muster.server.action.ActionState.CANCELLED;
import static dev.muster.server.action.ActionState.COMPLETED;
import static dev.muster.server.action.ActionState.EXPIRED;
import static dev.muster.server.action.ActionState.FAILED;
import static dev.muster.server.action.ActionState.PENDING;
import static dev.muster.server.action.ActionState.RUNNING;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.action.ActionWorld.Tenant;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Refusal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // set before each test
class ActionsTest {
  private final ActionWorld world = new ActionWorld(Map.of("muster.action.attempts", "2"));
  private Tenant tenant;
  private String device;

  @BeforeEach
  void makeDevice() {
    tenant = world.tenant();
    device = tenant.device();
    world.heard.lines.clear();
  }

  @AfterAll
  void close() {
    world.close();
  }

  @Test
  void theFirstActionRunsAtOnceAndOccupiesTheDevice() {
    Action action = tenant.ask(device, ActionType.PING);

    assertThat(action.state()).isEqualTo(RUNNING);
    assertThat(action.id().value()).matches("action_[0-9]+_[0-9]+");
    assertThat(action.requestId()).isEqualTo(action.id() + "-1");
    assertThat(tenant.status(device)).isEqualTo("BUSY");
    assertThat(world.heard.lines)
        .containsExactly("began " + action.requestId(), "RUNNING " + action.id());
  }

  @Test
  void anUpdateMakesTheDeviceUpdating() {
    tenant.ask(device, ActionType.FIRMWARE_UPDATE);

    assertThat(tenant.status(device)).isEqualTo("UPDATING");
  }

  @Test
  void aSuccessCompletesTheActionAndFreesTheDevice() {
    Action action = tenant.ask(device, ActionType.PING);

    assertThat(tenant.answer(action, "success", "pong")).isTrue();

    assertThat(tenant.now(action).state()).isEqualTo(COMPLETED);
    assertThat(requireNonNull(tenant.now(action).end()).error()).isNull();
    assertThat(tenant.status(device)).isEqualTo("IDLE");
  }

  @Test
  void aResultCountsOnceHoweverOftenItIsPosted() {
    Action action = tenant.ask(device, ActionType.PING);
    tenant.answer(action, "success", null);
    Action ended = tenant.now(action);
    world.clock.advance(Duration.ofSeconds(1));

    assertThat(tenant.answer(action.requestId(), device, "failed", "no")).isFalse();

    assertThat(tenant.now(action)).isEqualTo(ended);
  }

  @Test
  void theQueueGoesByPriorityAndThenByAge() {
    Action first = tenant.ask(device, ActionType.PING);
    Action low = tenant.ask(device, NewAction.of(ActionType.RING, Map.of()).at(ActionPriority.LOW));
    Action older = tenant.ask(device, ActionType.RING);
    Action younger = tenant.ask(device, ActionType.RING);
    Action urgent =
        tenant.ask(device, NewAction.of(ActionType.LOCK, Map.of()).at(ActionPriority.URGENT));

    for (Action next : List.of(first, urgent, older, younger, low)) {
      assertThat(tenant.now(next).state()).isEqualTo(RUNNING);
      tenant.answer(next, "success", null);
    }
  }

  @Test
  void whoDoesNotWantToWaitIsRefusedWhileAnActionRuns() {
    tenant.ask(device, ActionType.PING);

    refused(
        ErrorCode.DEVICE_BUSY,
        () -> tenant.ask(device, NewAction.of(ActionType.PING, Map.of()).atOnce()));
  }

  @Test
  void aFailedAttemptIsFollowedByAnotherAfterAPause() {
    Action action = tenant.ask(device, ActionType.PING);
    tenant.answer(action, "failed", "flat battery");

    assertThat(tenant.now(action).state()).isEqualTo(RUNNING);
    assertThat(tenant.now(action).isAttempted()).isFalse();
    world.clock.advance(Duration.ofSeconds(10));
    world.ticks.run();

    assertThat(tenant.now(action).requestId()).isEqualTo(action.id() + "-2");
    tenant.answer(action, "failed", "flat battery");
    assertThat(tenant.now(action).state()).isEqualTo(FAILED);
    assertThat(requireNonNull(tenant.now(action).end()).error()).isEqualTo("flat battery");
    assertThat(tenant.status(device)).isEqualTo("ERROR");
    assertThat(world.actions.attempts(tenant.admin(), action.id().value()))
        .extracting(Attempt::outcome)
        .containsExactly(Attempt.Outcome.FAILED, Attempt.Outcome.FAILED);
  }

  @Test
  void aDeviceThatWasHandedTheCommandAndIsSilentFailsTheActionOnTime() {
    Action action =
        tenant.ask(
            device,
            NewAction.of(ActionType.PING, Map.of()).tried(1).within(null, Duration.ofMinutes(1)));
    world.clock.advance(Duration.ofMinutes(5));
    tenant.hand(action);
    world.clock.advance(Duration.ofSeconds(59));
    world.ticks.run();
    assertThat(tenant.now(action).state()).isEqualTo(RUNNING);

    world.clock.advance(Duration.ofSeconds(1));
    world.ticks.run();

    assertThat(tenant.now(action).state()).isEqualTo(FAILED);
    assertThat(requireNonNull(tenant.now(action).end()).error()).contains("60 s");
    assertThat(world.heard.lines).contains("over " + action.requestId() + " recalled");
  }

  @Test
  void whatNeverReachesTheDeviceExpires() {
    NewAction request = NewAction.of(ActionType.PING, Map.of()).within(Duration.ofHours(1), null);
    Action running = tenant.ask(device, request);
    Action waiting = tenant.ask(device, request);
    world.clock.advance(Duration.ofHours(1));

    world.ticks.run();

    assertThat(tenant.now(running).state()).isEqualTo(EXPIRED);
    assertThat(tenant.now(waiting).state()).isEqualTo(EXPIRED);
    assertThat(tenant.status(device)).isEqualTo("ERROR");
  }

  @Test
  void aSuccessThatComesAfterTheTimeoutStillCounts() {
    Action action = tenant.ask(device, ActionType.PING);
    tenant.hand(action);
    world.clock.advance(Duration.ofMinutes(10));
    world.ticks.run();
    world.clock.advance(Duration.ofSeconds(10));
    world.ticks.run();
    assertThat(tenant.now(action).requestId()).endsWith("-2");

    assertThat(tenant.answer(action.requestId(), device, "success", null)).isTrue();

    assertThat(tenant.now(action).state()).isEqualTo(COMPLETED);
    assertThat(world.heard.lines).contains("over " + action.id() + "-2 recalled");
  }

  @Test
  void cancellingARunningActionTellsTheDeviceAndStartsTheNext() {
    Action action = tenant.ask(device, ActionType.PING);
    Action next = tenant.ask(device, ActionType.RING);

    Actions.Cancelled cancelled =
        world.actions.cancel(tenant.admin(), action.id().value(), "wrong device");

    assertThat(cancelled.now()).isTrue();
    assertThat(cancelled.action().state()).isEqualTo(CANCELLED);
    assertThat(requireNonNull(cancelled.action().end()).error())
        .isEqualTo("Cancelled: wrong device");
    assertThat(world.heard.lines).contains("over " + action.requestId() + " recalled");
    assertThat(tenant.now(next).state()).isEqualTo(RUNNING);
    assertThat(tenant.answer(action.requestId(), device, "success", null)).isFalse();
    assertThat(tenant.now(action).state()).isEqualTo(CANCELLED);
    assertThat(world.actions.cancel(tenant.admin(), action.id().value(), null).now()).isFalse();
  }

  @Test
  void aClientTokenNamesOneAction() {
    NewAction request = NewAction.of(ActionType.PING, Map.of()).named("order-1");
    Action action = tenant.ask(device, request);
    tenant.answer(action, "success", null);

    assertThat(tenant.ask(device, request)).isEqualTo(tenant.now(action));
    refused(
        ErrorCode.CLIENT_TOKEN_REUSED,
        () -> tenant.ask(device, NewAction.of(ActionType.RING, Map.of()).named("order-1")));
  }

  @Test
  void aNewerActionOfAKindTakesThePlaceOfAWaitingOne() {
    tenant.ask(device, ActionType.PING);
    Action waiting = tenant.ask(device, ActionType.COLLECT_LOGS);
    Action other = tenant.ask(device, ActionType.RING);

    Action newer =
        tenant.ask(device, NewAction.of(ActionType.COLLECT_LOGS, Map.of()).superseding(true));

    assertThat(tenant.now(waiting).state()).isEqualTo(CANCELLED);
    assertThat(List.of(tenant.now(other).state(), newer.state())).containsOnly(PENDING);
  }

  @Test
  void aWipeNeedsTheDevicesNameAsConfirmation() {
    refused(ErrorCode.INVALID_FIELDS, () -> tenant.ask(device, ActionType.WIPE));
    refused(
        ErrorCode.INVALID_FIELDS,
        () -> tenant.ask(device, NewAction.of(ActionType.WIPE, Map.of("confirm", "yes"))));

    assertThat(tenant.ask(device, NewAction.of(ActionType.WIPE, Map.of("confirm", device))).state())
        .isEqualTo(RUNNING);
  }

  @Test
  void scriptsAreRunOnlyWhereTheOrganizationAllowsThem() {
    NewAction script = NewAction.of(ActionType.RUN_SCRIPT, Map.of("script", "uptime"));
    refused(ErrorCode.SCRIPTS_NOT_ALLOWED, () -> tenant.ask(device, script));
    tenant.scripts(true);

    Action running = tenant.ask(device, script.tried(2));
    Action waiting = tenant.ask(device, script);
    Action last = tenant.ask(device, ActionType.PING);
    assertThat(running.state()).isEqualTo(RUNNING);
    tenant.scripts(false);
    tenant.answer(running, "failed", "no shell");
    world.clock.advance(Duration.ofSeconds(10));
    world.ticks.run();

    for (Action one : List.of(running, waiting)) {
      assertThat(tenant.now(one).state()).isEqualTo(FAILED);
      assertThat(requireNonNull(tenant.now(one).end()).error())
          .startsWith("The organization does not allow scripts.");
    }
    assertThat(tenant.now(last).state()).isEqualTo(RUNNING);
  }

  @Test
  void anotherDevicesResultIsRefused() {
    Action action = tenant.ask(device, ActionType.PING);
    String other = tenant.device();

    refused(ErrorCode.FORBIDDEN, () -> tenant.answer(action.requestId(), other, "success", null));
    refused(ErrorCode.NOT_FOUND, () -> tenant.answer("action_1_1-1", other, "success", null));
  }

  @Test
  void aRetiredDeviceDoesNothingAnyMore() {
    Action running = tenant.ask(device, ActionType.PING);
    Action waiting = tenant.ask(device, ActionType.PING);

    world.lifecycles.retire(tenant.admin(), device);

    assertThat(tenant.now(running).state()).isEqualTo(CANCELLED);
    assertThat(tenant.now(waiting).state()).isEqualTo(CANCELLED);
    refused(ErrorCode.DEVICE_STATE, () -> tenant.ask(device, ActionType.PING));
  }

  @Test
  void whatWaitsOnADeactivatedDeviceGoesOnWhenItIsActiveAgain() {
    Action running = tenant.ask(device, ActionType.PING);
    Action waiting = tenant.ask(device, ActionType.RING);
    world.lifecycles.deactivate(tenant.admin(), device);
    world.actions.cancel(tenant.admin(), running.id().value(), null);
    assertThat(tenant.now(waiting).state()).isEqualTo(PENDING);

    world.lifecycles.activate(tenant.admin(), device);

    assertThat(tenant.now(waiting).state()).isEqualTo(RUNNING);
  }

  @Test
  void aRetryIsANewActionThatSaysWhatItIsToDoAgain() {
    Action action =
        tenant.ask(
            device, NewAction.of(ActionType.RING, Map.of("seconds", "5")).at(ActionPriority.HIGH));
    refused(
        ErrorCode.ACTION_STATE,
        () -> world.actions.retry(tenant.admin(), action.id().value(), null));
    world.actions.cancel(tenant.admin(), action.id().value(), null);

    Action again = world.actions.retry(tenant.admin(), action.id().value(), "again");

    assertThat(again.order().retryOf()).isEqualTo(action.id());
    assertThat(again.order().params()).isEqualTo(action.order().params());
    assertThat(again.order().priority()).isEqualTo(ActionPriority.HIGH);
    assertThat(world.actions.retry(tenant.admin(), action.id().value(), "again")).isEqualTo(again);
    Action other = tenant.ask(tenant.device(), ActionType.PING);
    tenant.answer(again, "success", null);
    tenant.answer(other, "success", null);
    for (Action another : List.of(again, other)) {
      refused(
          ErrorCode.CLIENT_TOKEN_REUSED,
          () -> world.actions.retry(tenant.admin(), another.id().value(), "again"));
    }
  }

  @Test
  void aWipeIsNotRetriedBecauseItIsConfirmedAnew() {
    Action wipe = tenant.ask(device, NewAction.of(ActionType.WIPE, Map.of("confirm", device)));
    tenant.answer(wipe, "success", null);

    refused(
        ErrorCode.ACTION_STATE, () -> world.actions.retry(tenant.admin(), wipe.id().value(), null));
  }

  @Test
  void noAttemptFollowsThatWouldComeTooLate() {
    Action action =
        tenant.ask(
            device, NewAction.of(ActionType.PING, Map.of()).within(Duration.ofSeconds(10), null));

    tenant.answer(action, "failed", "flat battery");

    assertThat(tenant.now(action).state()).isEqualTo(FAILED);
  }

  @Test
  void whatHasExpiredUnseenIsNotStartedAnyMore() {
    Action first = tenant.ask(device, ActionType.PING);
    Action late =
        tenant.ask(
            device, NewAction.of(ActionType.PING, Map.of()).within(Duration.ofMinutes(1), null));
    Action next = tenant.ask(device, ActionType.RING);
    world.clock.advance(Duration.ofMinutes(1));

    tenant.answer(first, "success", null);

    assertThat(tenant.now(late).state()).isEqualTo(EXPIRED);
    assertThat(tenant.now(next).state()).isEqualTo(RUNNING);
  }

  @Test
  void aListGoesPageByPageFromTheNewest() {
    List<String> asked =
        java.util.stream.IntStream.range(0, 5)
            .mapToObj(_ -> tenant.ask(device, ActionType.PING).id().value())
            .toList();

    ActionLists.Listed page = world.lists.list(tenant.admin(), ActionFilter.ALL, null, 3);
    ActionLists.Listed rest = world.lists.list(tenant.admin(), ActionFilter.ALL, page.next(), 3);

    assertThat(page.count()).isEqualTo(5);
    assertThat(rest.next()).isNull();
    assertThat(
            java.util.stream.Stream.concat(page.actions().stream(), rest.actions().stream())
                .map(action -> action.id().value()))
        .containsExactlyElementsOf(asked.reversed());
  }

  private static void refused(ErrorCode code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(code));
  }
}
