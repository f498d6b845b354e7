package dev.muster.server.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.muster.protocol.CommandSignature;
import dev.muster.server.action.Action;
import dev.muster.server.action.DeliveryView;
import dev.muster.server.device.Device;
import dev.muster.server.dispatch.DispatchWorld.Node;
import dev.muster.server.testing.FakeFcm;
import dev.muster.server.testing.Race;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init") // opened before each test
class PushedCommandsTest {
  @TempDir Path folder;
  private FakeFcm fcm;
  private DispatchWorld world;
  private Node node;

  @BeforeEach
  void open() {
    fcm = FakeFcm.start(folder);
    world = new DispatchWorld(fcm.settings());
    node = world.node();
  }

  @AfterEach
  void close() {
    world.close();
    fcm.close();
  }

  private Device reached(String token) {
    Device device = world.device();
    world.pushToken(device, token);
    return device;
  }

  /// Two looks at what is due, a second apart, and a turn of the push service.
  private void pass() {
    node.ticks.run();
    world.clock.advance(Duration.ofSeconds(1));
    node.ticks.run();
    node.pushed.run();
  }

  private DeliveryView.Delivery view(Action action) {
    return world.database.in(
        world.organization,
        handle ->
            Objects.requireNonNull(
                node.view.of(handle, world.organization, List.of(action)).get(action.requestId())));
  }

  private static Map<String, String> data(FakeFcm.Message message) {
    Map<String, String> data = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry :
        message.body().path("message").path("data").properties()) {
      assertThat(entry.getValue().isTextual()).isTrue();
      data.put(entry.getKey(), entry.getValue().asText());
    }
    return data;
  }

  @Test
  void whatNobodyHasTakenWithinASecondIsPushedFlatAndSigned() {
    Device device = reached("token-1");
    Action action = world.begin(device, "LAUNCH_APP", "{\"package\":\"org.example\"}");
    node.pushed.run();
    node.ticks.run();
    node.pushed.run();
    assertThat(fcm.messages()).as("nodes have a second to take it").isEmpty();
    world.clock.advance(Duration.ofSeconds(1));
    node.ticks.run();
    node.pushed.run();

    assertThat(fcm.messages()).hasSize(1);
    FakeFcm.Message message = fcm.messages().getFirst();
    assertThat(message.token()).isEqualTo("token-1");
    Map<String, String> data = data(message);
    assertThat(data)
        .containsOnlyKeys("request_id", "device_id", "action", "ts", "hmac", "hmac2", "package")
        .containsEntry("request_id", action.requestId())
        .containsEntry("device_id", device.handle())
        .containsEntry("action", "launch_app");
    assertThat(
            CommandSignature.verifies(
                world.secret(device),
                new CommandSignature.Signed(
                    action.requestId(),
                    device.handle(),
                    "launch_app",
                    data.getOrDefault("ts", ""),
                    Map.of("package", "org.example")),
                data.getOrDefault("hmac", ""),
                data.getOrDefault("hmac2", "")))
        .isTrue();
    Dispatch row = world.tries(action).getFirst();
    assertThat(row.channel()).isEqualTo(Channel.FCM);
    assertThat(row.httpCode()).isEqualTo(200);
    assertThat(world.isHandedOut(action)).as("nobody knows that the device has it").isFalse();
    assertThat(view(action).reason()).contains("the device has not said that it has it");
  }

  @Test
  void aPushedCommandIsPushedAgainUntilTheDeviceAcknowledgesIt() {
    Device device = reached("token-1");
    Action action = world.begin(device);
    pass();
    pass();
    assertThat(fcm.messages()).hasSize(1);
    world.clock.advance(Duration.ofSeconds(15));
    pass();
    assertThat(fcm.messages()).hasSize(2);
    assertThat(data(fcm.messages().get(1)).get("hmac"))
        .isNotEqualTo(data(fcm.messages().get(0)).get("hmac"));
    world.acknowledge(action);
    world.clock.advance(Duration.ofHours(2));
    pass();
    assertThat(fcm.messages()).hasSize(2);
  }

  @Test
  void aConnectedDeviceIsNotPushed() throws InterruptedException {
    Device device = reached("token-1");
    BlockingQueue<String> line = node.connect(device);
    Action action = world.begin(device);
    node.ticks.run();
    node.hand(device);
    node.note(1);
    world.clock.advance(Duration.ofSeconds(1));
    node.ticks.run();
    node.pushed.run();
    assertThat(line.take()).contains(action.requestId());
    assertThat(fcm.messages()).isEmpty();
  }

  @Test
  void twoWorkersPushACommandOnce() {
    Node other = world.node();
    for (int i = 0; i < 20; i++) {
      world.begin(reached("token-" + i));
    }
    node.ticks.run();
    world.clock.advance(Duration.ofSeconds(1));
    node.ticks.run();
    Race.times(
        2,
        number -> {
          (number == 0 ? node : other).pushed.run();
          return number;
        });
    assertThat(fcm.messages())
        .extracting(FakeFcm.Message::token)
        .doesNotHaveDuplicates()
        .hasSize(20);
  }

  @Test
  void aServiceThatIsOverloadedIsAskedAgainWhenItWants() {
    fcm.answer(
        FakeFcm.Answer.error(429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED")
            .withHeader("Retry-After", "40"));
    Device device = reached("token-1");
    Action action = world.begin(device);
    pass();
    assertThat(view(action).reason()).contains("HTTP 429");
    assertThat(view(action).next()).contains("the push service is asked at");
    world.clock.advance(Duration.ofSeconds(30));
    pass();
    assertThat(fcm.messages()).hasSize(1);
    world.clock.advance(Duration.ofSeconds(10));
    pass();
    assertThat(fcm.messages()).hasSize(2);
    assertThat(world.tries(action)).extracting(Dispatch::httpCode).containsExactly(200, 429);
  }

  @Test
  void aServiceThatFailsIsAskedAgainAfterAGrowingPause() {
    fcm.answer(
        FakeFcm.Answer.error(503, "UNAVAILABLE", "UNAVAILABLE"),
        FakeFcm.Answer.error(500, "INTERNAL", "INTERNAL"));
    Device device = reached("token-1");
    Action action = world.begin(device);
    pass();
    world.clock.advance(Duration.ofSeconds(5));
    node.pushed.run();
    assertThat(fcm.messages()).hasSize(2);
    world.clock.advance(Duration.ofSeconds(5));
    node.pushed.run();
    assertThat(fcm.messages()).hasSize(2);
    world.clock.advance(Duration.ofSeconds(5));
    node.pushed.run();
    assertThat(fcm.messages()).hasSize(3);
    assertThat(world.tries(action)).extracting(Dispatch::httpCode).containsExactly(200, 500, 503);
  }

  @Test
  void aTokenThatTheServiceDoesNotKnowIsRemovedAndTheCommandWaitsForTheDevice() {
    fcm.answer(FakeFcm.Answer.error(404, "NOT_FOUND", "UNREGISTERED"));
    Device device = reached("token-1");
    Action action = world.begin(device);
    pass();
    pass();
    world.clock.advance(Duration.ofHours(3));
    pass();
    assertThat(fcm.messages()).hasSize(1);
    assertThat(view(action).reason())
        .contains("the push service does not reach it")
        .contains("HTTP 404 UNREGISTERED");
    assertThat(view(action).next()).contains("when it connects or asks");
  }

  @Test
  void tooMuchForThePushServiceIsToBeAskedFor() {
    Device device = reached("token-1");
    world.begin(device, "CONFIGURATION_CHANGE", "{\"script\":\"" + "x".repeat(3_400) + "\"}");
    pass();
    assertThat(data(fcm.messages().getFirst()))
        .containsExactly(Map.entry("type", "commands_waiting"));
  }

  @Test
  void aDeviceThatNothingReachesIsLookedForLessAndLessOften() {
    Device device = world.device();
    Action action = world.begin(device);
    pass();
    assertThat(fcm.messages()).isEmpty();
    OnTheWayStore.Row first = world.onTheWay(action).orElseThrow();
    assertThat(first.waitsFor()).isEqualTo(Delivery.WaitsFor.CONNECTION);
    assertThat(Duration.between(world.clock.instant(), first.dueAt())).hasSeconds(30);
    world.clock.advance(Duration.ofSeconds(30));
    pass();
    OnTheWayStore.Row second = world.onTheWay(action).orElseThrow();
    assertThat(Duration.between(world.clock.instant(), second.dueAt())).hasSeconds(60);
    assertThat(second.since()).isEqualTo(first.since());

    BlockingQueue<String> line = node.connect(device);
    node.hand(device);
    node.note(1);
    assertThat(line).hasSize(1);
  }

  @Test
  void aDeactivatedDeviceIsNotWoken() {
    Device device = reached("token-1");
    world.begin(device);
    lifecycle(device, "DEACTIVATED");
    pass();
    assertThat(fcm.messages()).isEmpty();
    lifecycle(device, "ACTIVE");
    node.pushed.run();
    assertThat(fcm.messages()).hasSize(1);
  }

  private void lifecycle(Device device, String lifecycle) {
    world.database.in(
        world.organization,
        handle ->
            handle.execute(
                "update device.device set lifecycle = ? where id = ?",
                lifecycle,
                device.id().value()));
  }
}
