package dev.muster.server.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.protocol.CommandSignature;
import dev.muster.protocol.Json;
import dev.muster.server.action.Action;
import dev.muster.server.device.Device;
import dev.muster.server.dispatch.DispatchWorld.Node;
import dev.muster.server.platform.JsonText;
import dev.muster.server.testing.Race;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DispatcherTest {
  private static final Duration RESEND = Duration.ofSeconds(15);

  private final DispatchWorld world = new DispatchWorld(Map.of());
  private final Node node = world.node();

  @AfterAll
  void close() {
    world.close();
  }

  private static String requestId(String message) {
    Json id = JsonText.parseObject(message).fields().get("request_id");
    return id instanceof Json.Text text ? text.value() : "";
  }

  private static String next(BlockingQueue<String> messages) throws InterruptedException {
    String message = messages.poll(20, TimeUnit.SECONDS);
    assertThat(message).as("a message within 20 s").isNotNull();
    return String.valueOf(message);
  }

  @Test
  void aConnectedDeviceIsHandedItsCommandOnceUntilItIsDueAgain() throws InterruptedException {
    Device device = world.device();
    BlockingQueue<String> line = node.connect(device);
    Action action = world.begin(device);
    node.hand(device);
    node.note(1);
    node.hand(device);

    assertThat(next(line)).contains(action.requestId());
    assertThat(line).isEmpty();
    assertThat(world.isHandedOut(action)).isTrue();
    Dispatch row = world.tries(action).getFirst();
    assertThat(row.channel()).isEqualTo(Channel.WEBSOCKET);
    assertThat(row.error()).isNull();
    assertThat(row.retry()).isZero();

    world.clock.advance(RESEND);
    node.hand(device);
    node.note(1);
    assertThat(next(line)).contains(action.requestId());
    world.clock.advance(RESEND);
    node.hand(device);
    assertThat(line).as("the pause is doubled").isEmpty();
    world.clock.advance(RESEND);
    node.hand(device);
    node.note(1);
    assertThat(next(line)).contains(action.requestId());
    assertThat(world.tries(action)).extracting(Dispatch::retry).containsExactly(2, 1, 0);

    world.acknowledge(action);
    world.clock.advance(Duration.ofHours(2));
    node.hand(device);
    assertThat(line).isEmpty();
  }

  @Test
  void ofTwoNodesThatBothHoldALineOneHandsOutTheCommand() {
    Node other = world.node();
    List<Device> devices = new ArrayList<>();
    List<BlockingQueue<String>> lines = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      devices.add(world.device());
      lines.add(node.connect(devices.getLast()));
      lines.add(other.connect(devices.getLast()));
      world.begin(devices.getLast());
    }
    Device[] all = devices.toArray(Device[]::new);
    Race.times(
        2,
        number -> {
          (number == 0 ? node : other).hand(all);
          return number;
        });
    var _ =
        Eventually.see(
            "40 messages",
            () -> lines.stream().mapToInt(BlockingQueue::size).sum(),
            count -> count >= 40);
    int noted =
        Eventually.see(
            "40 outcomes",
            new java.util.function.Supplier<Integer>() {
              private int sum;

              @Override
              public Integer get() {
                sum += node.outcomes.noteWaiting() + other.outcomes.noteWaiting();
                return sum;
              }
            },
            count -> count >= 40);
    assertThat(noted).isEqualTo(40);
    assertThat(lines.stream().flatMap(BlockingQueue::stream).map(DispatcherTest::requestId))
        .doesNotHaveDuplicates()
        .hasSize(40);
  }

  @Test
  void whatANodeHadTakenWhenItDiedIsHandedOutAgainSignedAnew() throws InterruptedException {
    Device device = world.device();
    Action action = world.begin(device);
    Ready lost = world.node().take(device).getFirst();
    BlockingQueue<String> line = node.connect(device);

    node.hand(device);
    assertThat(line).isEmpty();
    world.clock.advance(DeliveryStore.LEASE);
    node.hand(device);

    String message = next(line);
    assertThat(requestId(message)).isEqualTo(action.requestId());
    assertThat(message).doesNotContain(lost.command().hmac());
    node.note(1);
  }

  @Test
  void whatCameOfAnEarlierTakingChangesNothingOfALater() {
    Device device = world.device();
    Action action = world.begin(device);
    Ready early = world.node().take(device).getFirst();
    world.clock.advance(DeliveryStore.LEASE);
    Ready late = node.take(device).getFirst();

    node.outcomes.note(List.of(Outcome.gone(early.delivery(), world.clock.instant())));

    assertThat(node.take(device)).isEmpty();
    world.acknowledge(action);
    var took = new Outcome.Took(world.clock.instant(), world.clock.instant());
    node.outcomes.note(List.of(Outcome.handed(late.delivery(), Channel.WEBSOCKET, took, RESEND)));
    world.clock.advance(Duration.ofHours(1));
    assertThat(node.take(device)).as("it is acknowledged").isEmpty();
  }

  @Test
  void aDeviceThatDoesNotReadHoldsUpNobody() throws InterruptedException {
    Device stuck = world.device();
    Device good = world.device();
    BlockingQueue<String> taken = new LinkedBlockingQueue<>();
    node.connect(stuck, new CompletableFuture<>(), taken);
    BlockingQueue<String> line = node.connect(good);
    Action hopeless = world.begin(stuck);
    Action easy = world.begin(good);

    node.hand(stuck, good);

    next(line);
    node.note(1);
    assertThat(world.isHandedOut(easy)).isTrue();
    assertThat(world.isHandedOut(hopeless)).isFalse();
    node.note(1);
    assertThat(world.tries(hopeless).getFirst().error())
        .isEqualTo("the device does not read what it is sent");
    BlockingQueue<String> again = node.connect(stuck);
    node.hand(stuck);
    assertThat(next(again)).contains(hopeless.requestId());
    node.note(1);
  }

  @Test
  void aDeviceWithoutASecretIsSentNothingAndThatIsSaid() throws InterruptedException {
    Device device = world.stranger();
    BlockingQueue<String> line = node.connect(device);
    Action action = world.begin(device);
    node.hand(device);
    assertThat(line).isEmpty();
    assertThat(world.tries(action)).isEmpty();
    assertThat(view(action).reason()).contains("no command secret");

    String secret =
        world.database.in(
            world.organization,
            handle -> world.secrets.issue(handle, world.organization, device.id()));
    node.hand(device);

    assertThat(next(line)).contains(hmac2(secret, device, action));
    node.note(1);
  }

  @Test
  void afterARotationTheEarlierSecretSignsUntilTheDeviceShowsTheNewOne() {
    Device device = world.device();
    String before = world.secret(device);
    world.secrets.rotate(world.operator, device.handle());
    Action action = world.begin(device);
    assertThat(node.take(device).getFirst().command().hmac2())
        .isEqualTo(hmac2(before, device, action));

    var self = DispatchWorld.caller(device);
    String after =
        world.database.in(
            world.organization,
            handle ->
                world
                    .secrets
                    .offer(handle, self, CommandSignature.fingerprint(before))
                    .orElseThrow());
    world.database.in(
        world.organization,
        handle -> {
          return world.secrets.offer(handle, self, CommandSignature.fingerprint(after));
        });
    world.clock.advance(DeliveryStore.LEASE);
    assertThat(node.take(device).getFirst().command().hmac2())
        .isEqualTo(hmac2(after, device, action))
        .isNotEqualTo(hmac2(before, device, action));
  }

  @Test
  void anAttemptThatIsOverIsHandedOutNoMore() {
    Device device = world.device();
    Action action = world.begin(device);
    world.end(action, true);
    assertThat(node.take(device)).isEmpty();
    assertThat(world.onTheWay(action)).isEmpty();
  }

  @Test
  void aCancellationIsRepeatedForTenMinutesAtTheMost() {
    Device device = world.device();
    Action action = world.begin(device);
    assertThat(node.take(device)).hasSize(1);
    world.end(action, true);

    Ready cancel = node.take(device).getFirst();
    assertThat(cancel.command().signed().action()).isEqualTo("cancel");
    assertThat(cancel.command().signed().parameters())
        .containsExactly(Map.entry("request_id", action.requestId()));
    var took = new Outcome.Took(world.clock.instant(), world.clock.instant());
    node.outcomes.note(List.of(Outcome.handed(cancel.delivery(), Channel.WEBSOCKET, took, RESEND)));
    assertThat(node.take(device)).isEmpty();
    world.clock.advance(RESEND);
    assertThat(node.take(device)).hasSize(1);
    world.clock.advance(Deliveries.CANCELLING);
    assertThat(node.take(device)).isEmpty();
    node.ticks.run();
    assertThat(rows(device)).isZero();
  }

  @Test
  void anAnswerEndsTheCancellation() {
    Device device = world.device();
    Action action = world.begin(device);
    assertThat(node.take(device)).hasSize(1);
    world.end(action, true);
    world.database.in(
        world.organization,
        handle -> {
          world.deliveries.answered(handle, world.organization, action.requestId());
          return action;
        });
    assertThat(rows(device)).isZero();
  }

  @Test
  void onlyTheFirstHundredTriesOfACommandAreKept() {
    Device device = world.device();
    Action action = world.begin(device);
    for (int i = 0; i < DispatchStore.MOST_KEPT + 5; i++) {
      Ready ready = node.take(device).getFirst();
      var took = new Outcome.Took(world.clock.instant(), world.clock.instant());
      node.outcomes.note(List.of(Outcome.broken(ready.delivery(), took, "x")));
    }
    assertThat(world.tries(action)).hasSize(DispatchStore.MOST_KEPT);
  }

  @Test
  void whatCameOfATryOfAnErasedDeviceIsForgotten() {
    Device device = world.device();
    Action action = world.begin(device);
    Ready ready = node.take(device).getFirst();
    world.database.in(
        world.organization,
        handle -> {
          new DispatchBelongingsStore().erase(handle, world.organization, device);
          handle.execute("delete from action.attempt where device_id = ?", device.id().value());
          handle.execute("delete from action.action where device_id = ?", device.id().value());
          handle.execute(
              "delete from credential.command_secret where device_id = ?", device.id().value());
          handle.execute("delete from device.event where device_id = ?", device.id().value());
          handle.execute("delete from device.device where id = ?", device.id().value());
          return device;
        });
    var took = new Outcome.Took(world.clock.instant(), world.clock.instant());
    node.outcomes.note(List.of(Outcome.handed(ready.delivery(), Channel.WEBSOCKET, took, RESEND)));
    assertThat(world.tries(action)).isEmpty();
  }

  @Test
  void whatIsOfNoUseToPeopleIsCountedForMachines() {
    Device device = world.device();
    Node fresh = world.node();
    fresh.connect(device);
    world.begin(device);
    world.clock.advance(Duration.ofMillis(300));
    fresh.hand(device);
    fresh.note(1);
    assertThat(
            fresh
                .metrics
                .counter("muster.dispatches", "channel", "websocket", "outcome", "sent")
                .count())
        .isEqualTo(1);
    assertThat(
            fresh
                .metrics
                .timer("muster.dispatch.latency", "channel", "websocket")
                .totalTime(TimeUnit.MILLISECONDS))
        .isEqualTo(300);
  }

  private long rows(Device device) {
    return world.database.in(
        world.organization,
        handle ->
            handle
                .createQuery("select count(*) from dispatch.delivery where device_id = :device")
                .bind("device", device.id().value())
                .mapTo(Long.class)
                .one());
  }

  private dev.muster.server.action.DeliveryView.Delivery view(Action action) {
    return world.database.in(
        world.organization,
        handle ->
            java.util.Objects.requireNonNull(
                node.view.of(handle, world.organization, List.of(action)).get(action.requestId())));
  }

  private String hmac2(String secret, Device device, Action action) {
    return CommandSignature.hmac2(
        secret,
        new CommandSignature.Signed(
            action.requestId(),
            device.handle(),
            "ping",
            CommandSignature.time(world.clock.instant()),
            Map.of()));
  }
}
