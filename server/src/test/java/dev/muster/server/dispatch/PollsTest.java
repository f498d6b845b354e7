package dev.muster.server.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.action.Action;
import dev.muster.server.device.Device;
import dev.muster.server.dispatch.DispatchWorld.Node;
import dev.muster.server.platform.Refusal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PollsTest {
  private static final Duration WAIT = Duration.ofSeconds(55);

  private final DispatchWorld world = new DispatchWorld(Map.of());
  private final Node node = world.node();

  @AfterAll
  void close() {
    world.close();
  }

  private String token(Device device) {
    return world.database.in(
        world.organization,
        handle -> node.tokens.issue(handle, world.organization, device.id()).text());
  }

  @Test
  void aTokenThatWasRevokedMeanwhileIsAnsweredNoCommand() {
    Device device = world.device();
    String token = token(device);
    world.begin(device);
    Polls.Poll poll = node.polls.begin(DispatchWorld.caller(device), token, null, WAIT);
    node.dispatcher.dispatchAsked();
    assertThat(node.waiters.isHere(device.id())).as("it has its answer").isFalse();

    world.node().tokens.revokeAll(world.operator, device.handle());
    node.broadcast.start(); // this node looks again at whom it knows
    try {
      var _ = Eventually.see("refusal", () -> refused(token), refused -> refused);
      assertThatThrownBy(poll::await).isInstanceOf(Refusal.class);
    } finally {
      node.broadcast.close();
    }
  }

  private boolean refused(String token) {
    try {
      var _ = node.tokens.check(token);
      return false;
    } catch (Refusal refusal) {
      return true;
    }
  }

  @Test
  void aNodeThatMayHaveMissedARevocationEndsItsPolls() throws Exception {
    Node other = world.node();
    Waiters.Waiter waiter = other.waiters.add(DispatchWorld.caller(world.device()), true);
    other.broadcast.start();
    try {
      assertThat(waiter.answer().get(20, TimeUnit.SECONDS)).isEmpty();
    } finally {
      other.broadcast.close();
    }
  }

  @Test
  void aPollThatAnotherReplacesEndsAfterAWhileAndIsHandedNothing() throws Exception {
    Device device = world.device();
    Waiters waiters = new Waiters();
    Waiters.Waiter older = waiters.add(DispatchWorld.caller(device), true);
    Waiters.Waiter newer = waiters.add(DispatchWorld.caller(device), true);

    assertThat(older.answer()).as("not at once").isNotDone();
    assertThat(waiters.count()).isEqualTo(1);
    world.begin(device);
    List<Ready> ready = node.take(device);
    assertThat(waiters.answer(device.id(), ready)).isTrue();

    assertThat(newer.answer().join()).isEqualTo(ready);
    assertThat(older.answer().get(20, TimeUnit.SECONDS)).isEmpty();
  }

  @Test
  void onlyALookAtEverythingEndsAPollThatDoesNotWait() {
    Device device = world.device();
    Waiters.Waiter waiter = node.waiters.add(DispatchWorld.caller(device), false);

    node.hand(device);
    assertThat(waiter.answer()).isNotDone();
    node.dispatcher.ask(device.id(), Dispatcher.Ask.WAITING);
    node.dispatcher.dispatchAsked();
    assertThat(waiter.answer()).isNotDone();
    node.dispatcher.ask(device.id(), Dispatcher.Ask.ALL);
    node.dispatcher.dispatchAsked();

    assertThat(waiter.answer().join()).isEmpty();
  }

  @Test
  void aPollThatDoesNotWaitMissesNothingThatSomebodyHoldsAtThatMoment() {
    Device device = world.device();
    Action action = world.begin(device);
    Waiters.Waiter waiter = node.waiters.add(DispatchWorld.caller(device), false);
    node.dispatcher.ask(device.id(), Dispatcher.Ask.ALL);

    world.database.in(
        world.organization,
        handle -> {
          handle.execute(
              "select from dispatch.delivery where request_id = ? for update", action.requestId());
          CompletableFuture.runAsync(node.dispatcher::dispatchAsked).join();
          assertThat(waiter.answer()).as("neither its command nor nothing").isNotDone();
          return handle;
        });

    List<Ready> answer =
        Eventually.see(
            "answer",
            () -> {
              node.dispatcher.dispatchAsked();
              return waiter.answer().getNow(List.of());
            },
            ready -> !ready.isEmpty());
    assertThat(answer.getFirst().delivery().requestId()).isEqualTo(action.requestId());
  }

  @Test
  void aPollIsOfferedTheSecretThatTheDeviceHasNotGot() {
    Device device = world.stranger();
    String token = token(device);
    var self = DispatchWorld.caller(device);
    assertThat(node.polls.begin(self, token, null, WAIT).secret()).isEmpty();

    String secret = node.polls.begin(self, token, "none", WAIT).secret().orElseThrow();

    assertThat(world.secret(device)).isEqualTo(secret);
    node.waiters.end(_ -> true);
  }
}
