package dev.muster.server.action;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.action.ActionWorld.Tenant;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Refusal;
import dev.muster.server.testing.Race;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // set before each test
class ActionRaceTest {
  private final ActionWorld world = new ActionWorld(Map.of());
  private Tenant tenant;
  private String device;

  @BeforeEach
  void makeDevice() {
    tenant = world.tenant();
    device = tenant.device();
  }

  /// Whatever raced: each transition was told once, and what waits has somebody to wait for.
  @AfterEach
  void nothingIsLostAndNothingHappenedTwice() {
    List<String> wrong =
        world.database.acrossOrganizations(handle ->
            handle
                .createQuery(
                    """
                    select 'no turn: ' || a.id from action.action a
                    join device.device d on d.organization_id = a.organization_id and d.id = a.device_id
                    where a.state = 'PENDING' and d.lifecycle = 'ACTIVE' and not exists (
                      select from action.action r where r.organization_id = a.organization_id
                        and r.device_id = a.device_id and r.state = 'RUNNING')
                    union all
                    select 'open attempt: ' || t.request_id from action.attempt t
                    join action.action a on a.organization_id = t.organization_id and a.id = t.action_id
                    where t.ended_at is null and a.ended_at is not null
                    """)
                .mapTo(String.class)
                .list());
    assertThat(wrong).isEmpty();
    assertThat(world.heard.lines.stream().filter(line -> line.matches("[A-Z]{4,} .*")))
        .filteredOn(line -> !line.startsWith("PENDING") && !line.startsWith("RUNNING"))
        .doesNotHaveDuplicates();
    world.heard.lines.clear();
  }

  @AfterAll
  void close() {
    world.close();
  }

  @Test
  void ofManyWhoAskAtOnceOneRunsAndTheOthersWaitInOrder() {
    List<Action> asked = Race.times(16, _ -> tenant.ask(device, ActionType.PING));

    assertThat(asked)
        .filteredOn(action -> tenant.now(action).state() == ActionState.RUNNING)
        .hasSize(1);
    List<Action> ordered =
        asked.stream().sorted(java.util.Comparator.comparingLong(Action::number)).toList();
    for (Action next : ordered) {
      assertThat(tenant.now(next).state()).isEqualTo(ActionState.RUNNING);
      tenant.answer(next, "success", null);
    }
  }

  @Test
  void ofManyWhoWillNotWaitExactlyOneIsServed() {
    NewAction request = NewAction.of(ActionType.PING, Map.of()).atOnce();

    List<String> outcomes = Race.times(16, _ -> outcome(() -> tenant.ask(device, request)));

    assertThat(outcomes).containsOnlyOnce("done").filteredOn("device_busy"::equals).hasSize(15);
  }

  @Test
  void cancellingAndFinishingAndAskingAtOnceEndsTheActionOnce() {
    for (int round = 0; round < 10; round++) {
      Action action = tenant.ask(device, ActionType.PING);
      String request = action.requestId();

      List<Boolean> ended =
          Race.times(
              6,
              i ->
                  switch (i % 3) {
                    case 0 -> world.actions.cancel(tenant.admin(), action.id().value(), null).now();
                    case 1 -> tenant.answer(request, device, i == 1 ? "success" : "failed", null);
                    default -> {
                      Action other = tenant.ask(device, ActionType.RING);
                      yield !other.order().type().equals(ActionType.RING);
                    }
                  });

      assertThat(ended).containsOnlyOnce(true);
      drain();
    }
  }

  @Test
  void aResultAndTheTimeoutAtOnceEndTheAttemptOnce() {
    for (int round = 0; round < 10; round++) {
      Action action =
          tenant.ask(
              device,
              NewAction.of(ActionType.PING, Map.of()).tried(2).within(null, Duration.ofSeconds(5)));
      tenant.hand(action);
      world.clock.advance(Duration.ofSeconds(5));

      Race.times(
          4,
          i -> {
            if (i % 2 == 0) {
              world.ticks.run();
              return false;
            }
            return tenant.answer(action.requestId(), device, "success", null);
          });

      assertThat(tenant.now(action).state()).isEqualTo(ActionState.COMPLETED);
      assertThat(world.actions.attempts(tenant.admin(), action.id().value())).hasSize(1);
    }
  }

  @Test
  void twoClocksDoEachThingOnce() {
    List<String> devices = java.util.stream.Stream.generate(tenant::device).limit(8).toList();
    NewAction request =
        NewAction.of(ActionType.PING, Map.of()).tried(3).within(null, Duration.ofSeconds(5));
    List<Action> asked = devices.stream().map(name -> tenant.ask(name, request)).toList();
    asked.forEach(tenant::hand);
    world.clock.advance(Duration.ofSeconds(5));
    Race.times(4, _ -> ticked());
    world.clock.advance(Duration.ofSeconds(10));
    Race.times(4, _ -> ticked());

    for (Action action : asked) {
      assertThat(tenant.now(action).requestId()).endsWith("-2");
    }
  }

  @Test
  void aTokenUsedInParallelIsOneAction() {
    NewAction request = NewAction.of(ActionType.PING, Map.of()).named("once");

    List<ActionId> asked = Race.times(12, _ -> tenant.ask(device, request).id());

    assertThat(asked).containsOnly(asked.getFirst());
    assertThat(world.lists.list(tenant.admin(), ActionFilter.ALL, null, 10).count()).isEqualTo(1);
  }

  @Test
  void aTokenUsedForSeveralDevicesAtOnceIsOneActionOnOneOfThem() {
    List<String> devices = java.util.stream.Stream.generate(tenant::device).limit(6).toList();
    NewAction request = NewAction.of(ActionType.PING, Map.of()).named("once");

    List<String> outcomes = Race.times(6, i -> outcome(() -> tenant.ask(devices.get(i), request)));

    assertThat(outcomes)
        .containsOnlyOnce("done")
        .filteredOn("client_token_reused"::equals)
        .hasSize(5);
  }

  @Test
  void aDeviceThatIsRetiredMeanwhileIsLeftWithNothing() {
    for (int round = 0; round < 10; round++) {
      String leaving = tenant.device();

      List<String> outcomes =
          Race.times(
              5,
              i ->
                  outcome(() ->
                      i == 2
                          ? world.lifecycles.retire(tenant.admin(), leaving)
                          : tenant.ask(leaving, ActionType.PING)));

      assertThat(outcomes).isSubsetOf("done", "device_state");
      ActionFilter open =
          new ActionFilter(
              leaving, java.util.Set.of(ActionState.PENDING, ActionState.RUNNING), null, null);
      assertThat(world.lists.list(tenant.admin(), open, null, 10).actions()).isEmpty();
    }
  }

  /// A device may be handed a command while it is given up.
  @Test
  void handingOutAtOnceWithTheEndLeavesTheEndAsItIs() {
    for (int round = 0; round < 10; round++) {
      Action action = tenant.ask(device, ActionType.PING);
      Handovers.Handed handed = new Handovers.Handed(tenant.organization(), action.requestId());

      Race.times(
          3,
          i ->
              i == 0
                  ? world.actions.cancel(tenant.admin(), action.id().value(), null)
                  : world.database.acrossOrganizations(handle -> {
                    world.handovers.handedOut(handle, List.of(handed), world.clock.instant());
                    return handed;
                  }));

      assertThat(tenant.now(action).state()).isEqualTo(ActionState.CANCELLED);
      assertThat(tenant.now(action).dueAt()).isNull();
    }
  }

  private boolean ticked() {
    world.ticks.run();
    return true;
  }

  private void drain() {
    for (Action open : world.lists.list(tenant.admin(), ActionFilter.ALL, null, 100).actions()) {
      world.actions.cancel(tenant.admin(), open.id().value(), null);
    }
  }

  private static String outcome(Supplier<?> call) {
    try {
      var _ = call.get();
      return "done";
    } catch (Refusal refusal) {
      assertThat(refusal.code()).isNotEqualTo(ErrorCode.INTERNAL);
      return refusal.code().wireName();
    }
  }
}
