package dev.muster.server.action;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.action.ActionModel.ModelAction;
import dev.muster.server.action.ActionModel.ModelDevice;
import dev.muster.server.action.ActionModel.Wish;
import dev.muster.server.action.ActionWorld.Tenant;
import dev.muster.server.device.DeviceStatus;
import dev.muster.server.device.Devices;
import dev.muster.server.device.Lifecycle;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.Nullable;

/// Random histories of a few devices, on the database and in [ActionModel], compared at each step.
@SuppressWarnings("NullAway.Init") // set before the properties
class ActionModelTest {
  private static final int DEVICES = 3;

  private static ActionWorld world;

  @BeforeContainer
  static void open() {
    world =
        new ActionWorld(
            Map.of(
                "muster.action.queue-limit",
                String.valueOf(ActionModel.QUEUE_LIMIT),
                "muster.action.backoff",
                ActionModel.BACKOFF.toSeconds() + "s"));
  }

  @AfterContainer
  static void close() {
    world.close();
  }

  /// Something that happens. Which action is meant is counted back from the newest one, which
  /// attempt from its present one.
  sealed interface Step {
    record Ask(int device, Wish wish) implements Step {}

    record Retry(int action) implements Step {}

    record Cancel(int action) implements Step {}

    record Hand(int action, int earlier) implements Step {}

    record Progress(int action, int earlier) implements Step {}

    record Answer(int action, int earlier, boolean success) implements Step {}

    record Pass(int seconds) implements Step {}

    record Move(int device, Lifecycle target) implements Step {}

    record Mark(int device) implements Step {}
  }

  @Property(tries = 50)
  void theRoomDoesAsTheModelDoes(@ForAll("histories") List<Step> steps) {
    History history = new History();
    for (Step step : steps) {
      history.take(step);
      history.compare(step);
    }
    history.waitForTheEnd();
  }

  @Provide
  Arbitrary<List<Step>> histories() {
    Arbitrary<Integer> device = Arbitraries.integers().between(0, DEVICES - 1);
    Arbitrary<Integer> action = Arbitraries.integers().between(0, 5);
    Arbitrary<Integer> earlier = Arbitraries.of(0, 0, 0, 1);
    Arbitrary<Duration> lives = Arbitraries.of(20, 60, 600).map(Duration::ofSeconds);
    Arbitrary<Wish> wish =
        Combinators.combine(
                Arbitraries.of(ActionType.PING, ActionType.RING, ActionType.SOFTWARE_UPDATE),
                Arbitraries.of(ActionPriority.class),
                lives,
                Arbitraries.of(5, 30).map(Duration::ofSeconds),
                Arbitraries.integers().between(1, 3),
                Arbitraries.of(true, true, true, false),
                Arbitraries.of(false, false, true))
            .as(Wish::new);
    Arbitrary<Step> any =
        Arbitraries.<Step>frequencyOf(
            Tuple.of(8, Combinators.combine(device, wish).as(Step.Ask::new)),
            Tuple.of(1, action.map(Step.Retry::new)),
            Tuple.of(2, action.map(Step.Cancel::new)),
            Tuple.of(5, Combinators.combine(action, earlier).as(Step.Hand::new)),
            Tuple.of(2, Combinators.combine(action, earlier).as(Step.Progress::new)),
            Tuple.of(
                5,
                Combinators.combine(action, earlier, Arbitraries.of(true, false))
                    .as(Step.Answer::new)),
            Tuple.of(4, Arbitraries.of(1, 5, 10, 20, 35).map(Step.Pass::new)),
            Tuple.of(
                1,
                Combinators.combine(
                        device,
                        Arbitraries.of(
                            Lifecycle.DEACTIVATED,
                            Lifecycle.DEACTIVATED,
                            Lifecycle.ACTIVE,
                            Lifecycle.ACTIVE,
                            Lifecycle.RETIRED))
                    .as(Step.Move::new)),
            Tuple.of(1, device.map(Step.Mark::new)));
    return any.list().ofMinSize(5).ofMaxSize(50);
  }

  /// One organization's devices and actions, and the same in the model.
  private static final class History {
    private final Tenant tenant = world.tenant();
    private final List<String> devices = new ArrayList<>();
    private final List<ActionId> actions = new ArrayList<>();
    private final ActionModel model = new ActionModel(world.clock.instant(), DEVICES);

    History() {
      for (int i = 0; i < DEVICES; i++) {
        devices.add(tenant.device());
      }
    }

    void take(Step step) {
      switch (step) {
        case Step.Ask(int device, Wish wish) ->
            asked(
                () -> tenant.ask(devices.get(device), request(wish)),
                model.ask(model.devices.get(device), wish));
        case Step.Retry(int back) when has(back) ->
            asked(
                () -> world.actions.retry(tenant.admin(), id(back).value(), null),
                model.retry(modelled(back)));
        case Step.Cancel(int back) when has(back) ->
            assertThat(world.actions.cancel(tenant.admin(), id(back).value(), null).now())
                .isEqualTo(model.cancel(modelled(back)));
        case Step.Hand(int back, int earlier) when wasAt(back, earlier) -> {
          Handovers.Handed handed =
              new Handovers.Handed(tenant.organization(), request(back, earlier));
          world.database.acrossOrganizations(handle -> {
            world.handovers.handedOut(handle, List.of(handed), world.clock.instant());
            return handed;
          });
          model.hand(modelled(back), attempt(back, earlier));
        }
        case Step.Progress(int back, int earlier) when wasAt(back, earlier) ->
            said(
                back,
                () ->
                    world.results.progress(
                        tenant.self(device(back)), device(back), request(back, earlier), 5, "…"),
                () -> model.progress(modelled(back), attempt(back, earlier)));
        case Step.Answer(int back, int earlier, boolean success) when wasAt(back, earlier) ->
            said(
                back,
                () ->
                    tenant.answer(
                        request(back, earlier), device(back), success ? "success" : "failed", "so"),
                () -> model.answer(modelled(back), attempt(back, earlier), success));
        case Step.Pass(int seconds) -> pass(seconds);
        case Step.Move(int device, Lifecycle target) -> move(device, target);
        case Step.Mark(int device) -> mark(device);
        case Step.Retry _, Step.Cancel _, Step.Hand _, Step.Progress _, Step.Answer _ -> {}
      }
    }

    private void asked(Supplier<Action> ask, @Nullable ErrorCode refused) {
      try {
        Action asked = ask.get();
        assertThat(refused).isNull();
        actions.add(asked.id());
      } catch (Refusal refusal) {
        assertThat(refusal.code()).isEqualTo(refused);
      }
    }

    /// A device that is not active may say nothing.
    private void said(int back, Supplier<Boolean> say, Supplier<Boolean> modelled) {
      if (modelled(back).device.lifecycle == Lifecycle.ACTIVE) {
        assertThat(say.get()).isEqualTo(modelled.get());
      } else {
        assertThat(org.assertj.core.api.Assertions.catchThrowable(say::get))
            .isInstanceOf(Refusal.class);
      }
    }

    private void pass(int seconds) {
      world.clock.advance(Duration.ofSeconds(seconds));
      model.now = world.clock.instant();
      world.ticks.run();
      model.tick();
    }

    private void move(int device, Lifecycle target) {
      ModelDevice modelled = model.devices.get(device);
      if (modelled.lifecycle == Lifecycle.RETIRED) {
        return;
      }
      var _ =
          switch (target) {
            case ACTIVE -> world.lifecycles.activate(tenant.admin(), devices.get(device));
            case DEACTIVATED -> world.lifecycles.deactivate(tenant.admin(), devices.get(device));
            case RETIRED -> world.lifecycles.retire(tenant.admin(), devices.get(device));
          };
      model.move(modelled, target);
    }

    /// People say that the device is in maintenance, which the end of an action must not undo.
    private void mark(int device) {
      if (model.devices.get(device).lifecycle != Lifecycle.RETIRED) {
        world.devices.change(
            tenant.admin(),
            devices.get(device),
            new Devices.Change(null, null, DeviceStatus.MAINTENANCE, null));
        model.devices.get(device).status = "MAINTENANCE";
      }
    }

    void compare(Step step) {
      for (int i = 0; i < DEVICES; i++) {
        ModelDevice modelled = model.devices.get(i);
        assertThat(tenant.status(devices.get(i))).as("after %s", step).isEqualTo(modelled.status);
        if (modelled.lifecycle == Lifecycle.ACTIVE && !model.waiting(modelled).isEmpty()) {
          assertThat(model.running(modelled)).isPresent();
        }
      }
      for (int i = 0; i < actions.size(); i++) {
        Action action = world.actions.show(tenant.admin(), actions.get(i).value());
        ModelAction modelled = model.actions.get(i);
        assertThat(seen(action)).as("%s after %s", action.id(), step).isEqualTo(seen(modelled));
        assertThat(world.actions.attempts(tenant.admin(), actions.get(i).value()))
            .hasSize(modelled.attempt)
            .hasSizeLessThanOrEqualTo(modelled.wish.attempts())
            .filteredOn(attempt -> attempt.endedAt() == null)
            .hasSize(modelled.isAt(modelled.attempt) ? 1 : 0);
      }
    }

    /// Whatever has happened: nothing runs for ever.
    void waitForTheEnd() {
      for (int i = 0; i < 60 && !model.actions.stream().allMatch(a -> a.state.isEnd()); i++) {
        pass(600);
      }
      pass(600);
      for (ActionId id : actions) {
        Action action = world.actions.show(tenant.admin(), id.value());
        assertThat(action.state().isEnd()).as("%s", action).isTrue();
      }
      compare(new Step.Pass(600));
    }

    private static List<@Nullable Object> seen(Action action) {
      List<@Nullable Object> seen = new ArrayList<>();
      seen.add(action.state());
      seen.add(action.run().attempt());
      seen.add(action.state().isEnd() ? null : action.run().deliveredAt());
      seen.add(action.run().nextAttemptAt());
      Action.End end = action.end();
      seen.add(end == null ? null : end.at());
      return seen;
    }

    private static List<@Nullable Object> seen(ModelAction action) {
      List<@Nullable Object> seen = new ArrayList<>();
      seen.add(action.state);
      seen.add(action.attempt);
      Instant delivered = action.state.isEnd() ? null : action.deliveredAt;
      seen.add(delivered);
      seen.add(action.nextAttemptAt);
      seen.add(action.endedAt);
      return seen;
    }

    private static NewAction request(Wish wish) {
      NewAction request =
          NewAction.of(wish.type(), Map.of())
              .at(wish.priority())
              .within(wish.ttl(), wish.timeout())
              .tried(wish.attempts())
              .superseding(wish.supersede());
      return wish.queued() ? request : request.atOnce();
    }

    private boolean has(int back) {
      return back < actions.size();
    }

    private boolean wasAt(int back, int earlier) {
      return has(back) && modelled(back).attempt - earlier >= 1;
    }

    private int attempt(int back, int earlier) {
      return modelled(back).attempt - earlier;
    }

    private String request(int back, int earlier) {
      return id(back).requestId(attempt(back, earlier));
    }

    private ActionId id(int back) {
      return actions.get(actions.size() - 1 - back);
    }

    private ModelAction modelled(int back) {
      return model.actions.get(actions.size() - 1 - back);
    }

    private String device(int back) {
      return devices.get(model.devices.indexOf(modelled(back).device));
    }
  }
}
