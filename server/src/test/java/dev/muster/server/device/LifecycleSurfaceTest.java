package dev.muster.server.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.muster.server.testing.Api;
import dev.muster.server.testing.EnrolledDevice;
import dev.muster.server.testing.ServerUnderTest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@SuppressWarnings("NullAway.Init") // set before each test
class LifecycleSurfaceTest {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  Api operator;
  EnrolledDevice device;
  String path;

  @BeforeEach
  void enrollDevice() {
    operator = Api.ofNewOrganization().newUser("operator");
    device = EnrolledDevice.in(operator);
    path = "/api/devices/" + device.id();
  }

  private List<Api.Answer> ownCalls() {
    Api self = device.self();
    return List.of(
        self.get("/devices/" + device.id() + "/policy"),
        self.get("/devices/" + device.id() + "/status"),
        self.post("/devices/" + device.id() + "/report", device.report(1, true)),
        self.post("/devices/" + device.id() + "/token", Map.of("token", "t")),
        self.get("/v1/agent/doorbell"),
        self.post("/v1/heartbeat", Map.of()),
        self.get(path));
  }

  @Test
  void aDeactivatedDeviceIsRefusedEverywhereAndGoesOnWithItsOldTokenAfterwards() {
    device.self().get("/devices/" + device.id() + "/policy").expect(200);

    Api.Answer row = operator.post(path + "/deactivate/").expect(200);

    assertThat(row.at("lifecycle")).isEqualTo("DEACTIVATED");
    assertThat(row.node("is_active").asBoolean()).isFalse();
    assertThat(row.at("deactivated_at")).endsWith("Z");
    for (Api.Answer refused : ownCalls()) {
      assertThat(refused.expect(403).code()).isEqualTo("device_deactivated");
    }
    operator.get("/devices/" + device.id() + "/status").expect(200);
    operator.patch(path, Map.of("name", "still changed")).expect(200);
    operator.post(path + "/deactivate/").expect(200);

    Api.Answer back = operator.post(path + "/activate/").expect(200);

    assertThat(back.node("is_active").asBoolean()).isTrue();
    assertThat(back.node("deactivated_at").isNull()).isTrue();
    device.self().get("/devices/" + device.id() + "/policy").expect(200);
  }

  @Test
  void aRetiredDeviceIsGoneForItselfAndReadByOthers() {
    device.self().get("/devices/" + device.id() + "/policy").expect(200);
    device.self().post("/devices/" + device.id() + "/report", device.report(1, true)).expect(202);

    Api.Answer row = operator.post(path + "/retire/").expect(200);

    assertThat(row.at("lifecycle")).isEqualTo("RETIRED");
    assertThat(row.at("retired_at")).endsWith("Z");
    for (Api.Answer refused : ownCalls()) {
      assertThat(refused.expect(410).code()).isEqualTo("device_retired");
    }
    assertThat(operator.post(path + "/activate/").expect(409).code()).isEqualTo("device_state");
    assertThat(operator.patch(path, Map.of("name", "x")).expect(409).code())
        .isEqualTo("device_state");
    operator.delete(path + "/token/").expect(409);
    operator.put("/devices/" + device.id() + "/policy", Map.of("cameraDisabled", true)).expect(409);
    operator.get(path).expect(200);
    operator.get(path + "/reports/").expect(200);
    operator.get(path + "/policies/").expect(200);
    operator.get("/devices/" + device.id() + "/policy").expect(200);
    assertThat(operator.get("/devices/" + device.id() + "/status").expect(200).at("lastReport"))
        .isNotNull();
    assertThat(operator.get("/devices").body()).isEmpty();
    assertThat(operator.get("/api/compliance/summary/").expect(200).node("devices").asInt())
        .isZero();
    assertThat(operator.get("/api/devices/").body().get("results")).isEmpty();
  }

  @Test
  void aTokenThatWasRevokedBeforeRetirementStillLearnsThatTheDeviceIsGone() {
    operator.delete(path + "/token/").expect(204);
    device.self().get(path).expect(401);

    operator.post(path + "/retire/").expect(200);

    device.self().get(path).expect(410);
    String stranger = Objects.requireNonNull(device.self().credential());
    Api.with(stranger.substring(0, stranger.length() - 3) + "AAA").get(path).expect(401);
  }

  @Test
  void theDoorbellHangsUpOnADeviceThatIsDeactivatedAndRefusesItsHandshake() {
    Closed heard = connect();

    operator.post(path + "/deactivate/").expect(200);

    assertThat(heard.code.orTimeout(10, TimeUnit.SECONDS).join()).isEqualTo(1008);
    assertThat(handshake()).isEqualTo(403);
    operator.post(path + "/retire/").expect(200);
    assertThat(handshake()).isEqualTo(410);
  }

  @Test
  void theSameHardwareIsTheSameDeviceUntilItIsRetired() {
    Map<String, Object> machine =
        Map.of("model", "m", "osVersion", "1", "agentVersion", "1", "hardwareId", "hw-1");
    Api enroller =
        Api.with(operator.post("/api/enrollment-tokens/", Map.of("max_uses", 9)).at("token"));
    String first = enroller.post("/enroll", machine).expect(200).at("deviceId.value");

    operator.post("/api/devices/" + first + "/deactivate/").expect(200);
    Api.Answer locked = enroller.post("/enroll", machine).expect(403);
    assertThat(locked.code()).isEqualTo("device_deactivated");
    assertThat(locked.at("detail")).contains("operator");

    operator.post("/api/devices/" + first + "/retire/").expect(200);
    String second = enroller.post("/enroll", machine).expect(200).at("deviceId.value");

    assertThat(second).isNotEqualTo(first);
    assertThat(enroller.post("/enroll", machine).expect(200).at("deviceId.value"))
        .isEqualTo(second);
    assertThat(operator.get("/api/devices/" + second + "/events/?kind=ENROLLED").at("count"))
        .isEqualTo("1");
  }

  private Closed connect() {
    Closed closed = new Closed();
    CLIENT
        .newWebSocketBuilder()
        .header("Authorization", "Bearer " + device.self().credential())
        .buildAsync(URI.create(Api.baseUrl().replace("http", "ws") + "/v1/agent/doorbell"), closed)
        .join();
    return closed;
  }

  private int handshake() {
    Throwable thrown = catchThrowable(this::connect);
    return thrown.getCause() instanceof WebSocketHandshakeException refused
        ? refused.getResponse().statusCode()
        : 0;
  }

  private static final class Closed implements WebSocket.Listener {
    final CompletableFuture<Integer> code = new CompletableFuture<>();

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
      code.complete(status);
      return WebSocket.Listener.super.onClose(socket, status, reason);
    }
  }
}
