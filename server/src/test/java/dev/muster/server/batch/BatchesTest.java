package dev.muster.server.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.action.Action;
import dev.muster.server.action.ActionFilter;
import dev.muster.server.action.ActionPriority;
import dev.muster.server.action.ActionState;
import dev.muster.server.action.ActionType;
import dev.muster.server.action.ActionWorld;
import dev.muster.server.action.ActionWorld.Tenant;
import dev.muster.server.action.NewAction;
import dev.muster.server.device.DeviceFilter;
import dev.muster.server.device.DeviceLists;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Refusal;
import dev.muster.server.testing.Race;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // set before each test
class BatchesTest {
  private static final NewAction PING = NewAction.of(ActionType.PING, Map.of());

  private final ActionWorld world = new ActionWorld(Map.of("muster.action.queue-limit", "2"));
  private final List<Runnable> nudges = new ArrayList<>();
  private final BatchJob job =
      new BatchJob(world.database, world.devices, world.batches, world.clock, nudges::add);
  private final Batches batches =
      new Batches(
          world.database,
          new Selections(
              world.devices, world.groups, new DeviceLists(world.database, world.groups)),
          world.batches,
          job,
          world.audit,
          world.clock);
  private Tenant tenant;

  @BeforeEach
  void makeTenant() {
    tenant = world.tenant();
    world.heard.untilFailure.set(0);
    List.copyOf(nudges).forEach(Runnable::run);
    nudges.clear();
  }

  @AfterAll
  void close() {
    world.close();
  }

  @Test
  void eachDeviceOfTheFilterIsGivenTheActionInTheBackground() {
    List<String> devices = devices(120);

    Batch batch = batches.initiate(tenant.admin(), PING.at(ActionPriority.HIGH), all());
    assertThat(batch.devices()).isEqualTo(120);
    assertThat(show(batch).batch().state()).isEqualTo(Batch.State.EXPANDING);
    assertThat(nudges).hasSize(1);
    nudges.getFirst().run();

    assertThat(show(batch).batch().state()).isEqualTo(Batch.State.EXPANDED);
    assertThat(show(batch).batch().expanded()).isEqualTo(120);
    assertThat(show(batch).counts()).isEqualTo(Map.of(ActionState.RUNNING, 120L));
    assertThat(actions(batch))
        .allMatch(action -> action.order().priority() == ActionPriority.HIGH)
        .extracting(Action::handle)
        .containsExactlyInAnyOrderElementsOf(devices);
  }

  @Test
  void oneLoopTakesUpAllThatIsAskedForWhileItIsUnderWay() {
    devices(2);
    Batch first = batches.initiate(tenant.admin(), PING, all());
    Batch second = batches.initiate(tenant.admin(), PING, all());
    assertThat(nudges).hasSize(1);
    nudges.getFirst().run();
    assertThat(List.of(show(first), show(second)))
        .allMatch(shown -> shown.batch().state() == Batch.State.EXPANDED);

    batches.initiate(tenant.admin(), PING, all());

    assertThat(nudges).hasSize(2);
  }

  @Test
  void aDeviceOfTwoGroupsIsGivenTheActionOnce() {
    List<String> devices = devices(3);
    world.groups.create(tenant.admin(), "one");
    world.groups.create(tenant.admin(), "two");
    world.groups.joinAll(tenant.admin(), "one", devices.subList(0, 2));
    world.groups.joinAll(tenant.admin(), "two", devices.subList(1, 2));

    Batch batch = done(PING, new Selector.InGroups(List.of("one", "two")));

    assertThat(actions(batch))
        .extracting(Action::handle)
        .containsExactlyInAnyOrderElementsOf(devices.subList(0, 2));
    refused(
        ErrorCode.INVALID_FIELDS,
        () -> batches.initiate(tenant.admin(), PING, new Selector.InGroups(List.of("three"))));
  }

  @Test
  void aDeviceThatIsNamedTwiceIsMeantOnceAndAnUnknownOneIsRefused() {
    String device = devices(1).getFirst();
    String id = world.devices.read(tenant.admin(), device).device().id().toString();

    assertThat(done(PING, new Selector.Named(List.of(device, id))).devices()).isEqualTo(1);
    assertThatThrownBy(() ->
            batches.initiate(tenant.admin(), PING, new Selector.Named(List.of(device, "nobody"))))
        .isInstanceOfSatisfying(
            Refusal.class,
            refusal ->
                assertThat(refusal.fields())
                    .containsExactly(new Refusal.FieldError("device_ids[1]", "is no device")));
  }

  @Test
  void whatIsMeantIsFixedWhenTheBatchIsAskedFor() {
    List<String> devices = devices(2);
    Batch batch = batches.initiate(tenant.admin(), PING, all());
    devices(1);

    job.run();

    assertThat(actions(batch))
        .extracting(Action::handle)
        .containsExactlyInAnyOrderElementsOf(devices);
  }

  @Test
  void devicesThatCannotBeGivenItAreNamedAndHoldUpNobody() {
    List<String> devices = devices(4);
    world.lifecycles.deactivate(tenant.admin(), devices.get(0));
    world.lifecycles.retire(tenant.admin(), devices.get(1));
    for (int i = 0; i < 3; i++) {
      tenant.ask(devices.get(2), ActionType.RING);
    }

    Batch batch = done(PING, new Selector.Named(devices));

    assertThat(actions(batch)).extracting(Action::handle).containsExactly(devices.get(3));
    assertThat(show(batch).batch().refused()).isEqualTo(3);
    assertThat(show(batch).refusals())
        .extracting(Batch.Refused::device, Batch.Refused::code)
        .containsExactlyInAnyOrder(
            org.assertj.core.groups.Tuple.tuple(devices.get(0), "device_deactivated"),
            org.assertj.core.groups.Tuple.tuple(devices.get(1), "device_state"),
            org.assertj.core.groups.Tuple.tuple(devices.get(2), "device_busy"));
  }

  @Test
  void aRefusedSupersedingActionLeavesWhatWaits() {
    String device = devices(1).getFirst();
    for (int i = 0; i < 3; i++) {
      tenant.ask(device, ActionType.RING);
    }

    Batch batch = done(PING.superseding(true), new Selector.Named(List.of(device)));

    assertThat(show(batch).batch().refused()).isEqualTo(1);
    assertThat(open(device)).hasSize(3);
  }

  @Test
  void wipingManyIsConfirmedByTheirNumber() {
    List<String> devices = devices(3);
    refused(
        ErrorCode.INVALID_FIELDS, () -> batches.initiate(tenant.admin(), wipe("wipe 2"), all()));

    Batch batch = done(wipe("wipe 3"), all());

    assertThat(actions(batch))
        .allMatch(action -> action.handle().equals(action.order().params().get("confirm")))
        .hasSameSizeAs(devices);
  }

  @Test
  void aTokenIsOneBatchHoweverOftenAndAtOnceItIsUsed() {
    devices(2);
    NewAction request = PING.named("nightly");

    List<UUID> made = Race.times(8, _ -> batches.initiate(tenant.admin(), request, all()).id());
    job.run();

    assertThat(made).containsOnly(made.getFirst());
    assertThat(batches.list(tenant.admin(), 10, 0).count()).isEqualTo(1);
    assertThat(world.lists.list(tenant.admin(), ActionFilter.ALL, null, 10).count()).isEqualTo(2);
    refused(
        ErrorCode.CLIENT_TOKEN_REUSED,
        () ->
            batches.initiate(
                tenant.admin(), request, new Selector.Found(DeviceFilter.ALL.searching("x"))));
  }

  @Test
  void severalWorkersGiveEachDeviceOneAction() {
    List<String> devices = devices(130);
    Batch batch = batches.initiate(tenant.admin(), PING, all());

    Race.times(
        4,
        _ -> {
          job.run();
          return true;
        });
    job.run();

    assertThat(actions(batch)).hasSameSizeAs(devices);
    assertThat(show(batch).batch().state()).isEqualTo(Batch.State.EXPANDED);
  }

  @Test
  void whoeverGoesOnAfterACrashGivesEachDeviceOneAction() {
    List<String> devices = devices(120);
    Batch batch = batches.initiate(tenant.admin(), PING, all());
    world.heard.untilFailure.set(75);
    job.run();
    assertThat(show(batch).batch().expanded()).isEqualTo(50);
    assertThat(actions(batch)).hasSize(50);

    job.run();

    assertThat(actions(batch))
        .extracting(Action::handle)
        .containsExactlyInAnyOrderElementsOf(devices);
  }

  @Test
  void cancellingABatchEndsItsActionsAndMakesNoMore() {
    List<String> devices = devices(120);
    Batch batch = batches.initiate(tenant.admin(), PING, all());
    world.heard.untilFailure.set(75);
    job.run();
    String other = devices.getLast();
    Action unconcerned = tenant.ask(other, ActionType.RING);

    Batch.Overview cancelling = batches.cancel(tenant.admin(), batch.id().toString(), "a mistake");
    assertThat(cancelling.batch().state()).isEqualTo(Batch.State.CANCELLING);
    job.run();

    assertThat(show(batch).batch().state()).isEqualTo(Batch.State.CANCELLED);
    assertThat(show(batch).counts()).isEqualTo(Map.of(ActionState.CANCELLED, 50L));
    assertThat(tenant.now(unconcerned).state()).isEqualTo(ActionState.RUNNING);
    assertThat(batches.cancel(tenant.admin(), batch.id().toString(), null).batch())
        .isEqualTo(show(batch).batch());
  }

  @Test
  void cancellingWhileItIsExpandedLeavesNothingOpen() {
    devices(130);
    Batch batch = batches.initiate(tenant.admin(), PING, all());

    Race.times(
        3,
        i -> {
          if (i == 1) {
            return batches.cancel(tenant.admin(), batch.id().toString(), null).batch().devices();
          }
          job.run();
          return 0;
        });
    job.run();

    assertThat(show(batch).batch().state()).isEqualTo(Batch.State.CANCELLED);
    assertThat(show(batch).counts().keySet()).isSubsetOf(ActionState.CANCELLED);
  }

  @Test
  void aBatchIsForgottenWithItsLastAction() {
    devices(1);
    Batch empty = done(PING, new Selector.Found(DeviceFilter.ALL.searching("nobody")));
    Batch kept = done(PING, all());
    world.clock.advance(Duration.ofDays(91));

    new BatchRetention(
            world.database,
            world.batches,
            dev.muster.server.testing.TestSettings.of(Map.of()),
            world.clock)
        .run();

    refused(ErrorCode.NOT_FOUND, () -> show(empty));
    assertThat(show(kept).batch().state()).isEqualTo(Batch.State.EXPANDED);
  }

  private List<String> devices(int number) {
    return Stream.generate(tenant::device).limit(number).toList();
  }

  private static Selector all() {
    return new Selector.Found(DeviceFilter.ALL);
  }

  private static NewAction wipe(String confirm) {
    return NewAction.of(ActionType.WIPE, Map.of("confirm", confirm));
  }

  private Batch done(NewAction request, Selector selector) {
    Batch batch = batches.initiate(tenant.admin(), request, selector);
    job.run();
    return batch;
  }

  private Batch.Overview show(Batch batch) {
    return batches.show(tenant.admin(), batch.id().toString());
  }

  private List<Action> actions(Batch batch) {
    return world
        .lists
        .list(tenant.admin(), new ActionFilter(null, Set.of(), null, batch.id()), null, 500)
        .actions();
  }

  private List<Action> open(String device) {
    Set<ActionState> open = Set.of(ActionState.PENDING, ActionState.RUNNING);
    return world
        .lists
        .list(tenant.admin(), new ActionFilter(device, open, null, null), null, 500)
        .actions();
  }

  private static void refused(ErrorCode code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(code));
  }
}
