package dev.muster.server.doorbell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.muster.server.credential.CommandSecrets;
import dev.muster.server.credential.DeviceTokens;
import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceId;
import dev.muster.server.device.Devices;
import dev.muster.server.device.NewDevice;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Role;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.ServerUnderTest;
import dev.muster.server.testing.Tenants;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@SuppressWarnings("NullAway.Init") // injected
class DoorbellSocketTest {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @TestHTTPResource URI server;
  @Inject Database database;
  @Inject Devices devices;
  @Inject DeviceTokens tokens;
  @Inject Doorbells doorbells;
  @Inject CommandSecrets secrets;
  Caller operator;
  Device device;

  @BeforeEach
  void registerDevice() {
    operator = Tenants.person(Tenants.served(), Role.OPERATOR);
    device = devices.register(operator, NewDevice.named("agent").withHandle("agent"));
  }

  @Test
  void aRingReachesTheDevice() throws InterruptedException {
    Ear ear = listen(token());

    assertThat(ringUntilRung()).isEqualTo(new Ring.Rung());

    assertThat(ear.messages.poll(10, TimeUnit.SECONDS)).isEqualTo("{\"type\":\"policy_changed\"}");
    ear.socket.abort();
  }

  @Test
  void revokingTheTokenHangsUp() {
    Ear ear = listen(token());
    ringUntilRung();

    tokens.revokeAll(operator, "agent");

    assertThat(ear.closed.orTimeout(10, TimeUnit.SECONDS).join()).isEqualTo(1008);
    assertThat(doorbells.ring(List.of(device.id())).get(device.id())).isEqualTo(new Ring.Offline());
  }

  @Test
  void connectingAgainHangsUpOnTheOldConnection() {
    String token = token();
    Ear old = listen(token);
    ringUntilRung();
    Ear latest = listen(token);

    assertThat(old.closed.orTimeout(10, TimeUnit.SECONDS).join()).isEqualTo(4000);
    ringUntilRung();
    latest.socket.abort();
  }

  @Test
  void onlyADeviceTokenConnects() {
    String revoked = token();
    tokens.revokeAll(operator, "agent");

    assertThat(refusal(revoked)).isEqualTo(401);
    assertThat(refusal(java.util.Objects.requireNonNull(Api.home().credential()))).isEqualTo(403);
    assertThat(Api.anonymous().get("/v1/agent/doorbell").status()).isEqualTo(401);
  }

  @Test
  void aDeviceRegistersItsOwnPushTokenOnly() {
    devices.register(operator, NewDevice.named("other").withHandle("other"));
    Api self = Api.with(token());

    assertThat(self.post("/devices/agent/token", "{\"token\": \"fcm-1\"}").status()).isEqualTo(202);
    assertThat(self.post("/devices/other/token", "{\"token\": \"fcm-1\"}").status()).isEqualTo(403);
    assertThat(self.post("/devices/none/token", "{\"token\": \"fcm-1\"}").status()).isEqualTo(404);
    assertThat(self.post("/devices/agent/token", "{}").at("errors.0.field")).isEqualTo("token");
  }

  @Test
  void aDeviceOfTheOtherContractRegistersItsFcmToken() {
    Api self = Api.with(token());
    String path = "/v1/devices/fcm-token";

    assertThat(self.post(path, "{\"fcm_token\": \"fcm-1\"}").expect(200).text())
        .isEqualTo("{\"ok\":true,\"message\":\"FCM token updated successfully\"}");
    assertThat(self.post(path, "{}").expect(422).at("errors.0.field")).isEqualTo("fcm_token");
    assertThat(self.post(path, Map.of("fcm_token", "x".repeat(4097))).status()).isEqualTo(422);
    assertThat(self.post(path, Map.of("fcm_token", "x", "device_id", "none")).status())
        .isEqualTo(404);
    Map<DeviceId, PushToken> stored =
        database.in(
            device.organization(), handle -> PushTokenStore.find(handle, List.of(device.id())));
    assertThat(stored.values()).extracting(PushToken::text).containsExactly("fcm-1");
  }

  @Test
  void aDeviceWithANewCommandSecretIsRung() throws InterruptedException {
    Ear ear = listen(token());
    ringUntilRung();
    ear.messages.poll(10, TimeUnit.SECONDS);

    secrets.rotate(operator, "agent");

    assertThat(ear.messages.poll(10, TimeUnit.SECONDS)).isEqualTo("{\"type\":\"policy_changed\"}");
    ear.socket.abort();
  }

  @Test
  void whoWantsToKnowIsToldOfADeviceThatCanBeRungNow() throws InterruptedException {
    BlockingQueue<Ring> sent = new LinkedBlockingQueue<>();
    doorbells.onConnected(connected -> {
      if (connected.deviceId().equals(device.id().value())) {
        sent.add(doorbells.send(device.id(), "{\"type\":\"commands_waiting\"}"));
      }
    });

    Ear ear = listen(token());

    assertThat(sent.poll(10, TimeUnit.SECONDS)).isEqualTo(new Ring.Rung());
    assertThat(ear.messages.poll(10, TimeUnit.SECONDS))
        .isEqualTo("{\"type\":\"commands_waiting\"}");
    assertThat(doorbells.connectedHere(List.of(device.id()))).containsExactly(device.id());
    ear.socket.abort();
  }

  private String token() {
    return database.in(
        device.organization(),
        handle -> tokens.issue(handle, device.organization(), device.id()).text());
  }

  /// The handshake ends before the server has noted the connection.
  private Ring ringUntilRung() {
    Ring ring = new Ring.Offline();
    for (int i = 0; i < 10_000 && ring instanceof Ring.Offline; i++) {
      ring = doorbells.ring(List.of(device.id())).getOrDefault(device.id(), ring);
      Thread.onSpinWait();
    }
    return ring;
  }

  private int refusal(String credential) {
    Throwable thrown = catchThrowable(() -> listen(credential));
    assertThat(thrown).isInstanceOf(CompletionException.class);
    return thrown.getCause() instanceof WebSocketHandshakeException handshake
        ? handshake.getResponse().statusCode()
        : 0;
  }

  private Ear listen(String credential) {
    Ear ear = new Ear();
    ear.socket =
        CLIENT
            .newWebSocketBuilder()
            .header("Authorization", "Bearer " + credential)
            .buildAsync(
                URI.create(server.resolve("/v1/agent/doorbell").toString().replace("http", "ws")),
                ear)
            .join();
    return ear;
  }

  private static final class Ear implements WebSocket.Listener {
    final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
    final CompletableFuture<Integer> closed = new CompletableFuture<>();
    WebSocket socket;

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      messages.add(data.toString());
      return WebSocket.Listener.super.onText(socket, data, last);
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      closed.complete(code);
      return WebSocket.Listener.super.onClose(socket, code, reason);
    }
  }
}
