package dev.muster.server.viewer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.EnrolledDevice;
import dev.muster.server.testing.ServerUnderTest;
import dev.muster.server.testing.Socket;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// `/ws/fleet` as its users have it.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@SuppressWarnings("NullAway.Init") // injected, or set before each test
class ViewerSocketTest {
  private static final String PATH = "/ws/fleet";
  private static final String ALL = "{\"watch\": {\"all\": true}}";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @Inject Viewers viewers;
  Api admin;

  @BeforeEach
  void makeOrganization() {
    admin = Api.ofNewOrganization();
  }

  private static Map<String, String> bearer(Api caller) {
    return Map.of("Authorization", "Bearer " + Objects.requireNonNull(caller.credential()));
  }

  private static void register(Api admin, String handle) {
    admin
        .post("/api/devices/", Map.of("device_id", handle, "name", handle, "platform", "LINUX"))
        .expect(201);
  }

  @Test
  void aPersonIsToldOfTheFleet() {
    Ear ear = Ear.of(bearer(admin));
    ear.say(ALL);
    JsonNode watching = ear.next();
    assertThat(watching.at("/watching/all").asBoolean()).isTrue();

    register(admin, "till");

    JsonNode frame = ear.next();
    assertThat(frame.at("/changes/0/device_id").asText()).isEqualTo("till");
    assertThat(frame.at("/cursor").asText()).isNotEmpty();
    ear.socket.abort();
  }

  @Test
  void aTicketAndAKeyOpenItToo() {
    String ticket = admin.post("/api/ws-ticket/").expect(201).at("ticket");
    Ear page = Ear.of(PATH + "?ticket=" + ticket, Map.of());
    page.say(ALL);
    assertThat(page.next().has("watching")).isTrue();
    assertThat(Socket.refusal(PATH + "?ticket=" + ticket, Map.of())).isEqualTo(401);

    Api.Answer key =
        admin.post("/api/keys/", Map.of("name", "wall", "scopes", List.of("read"))).expect(201);
    Ear program = Ear.of(bearer(Api.with(key.at("key"))));
    program.say(ALL);
    assertThat(program.next().has("watching")).isTrue();

    admin.delete("/api/keys/" + key.at("id")).expect(204);
    viewers.look();
    assertThat(program.code()).isEqualTo(4401);
    assertThat(page.closed).isNotDone();
    page.socket.abort();
  }

  @Test
  void onlyWhoMayReadOpensIt() {
    assertThat(Socket.refusal(PATH, Map.of())).isEqualTo(401);
    EnrolledDevice device = EnrolledDevice.in(admin);
    assertThat(Socket.refusal(PATH, bearer(device.self()))).isEqualTo(403);
    String key =
        admin
            .post("/api/keys/", Map.of("name", "k", "scopes", List.of("enrollment")))
            .expect(201)
            .at("key");
    assertThat(Socket.refusal(PATH, bearer(Api.with(key)))).isEqualTo(403);
    assertThat(Api.anonymous().get(PATH).status()).isEqualTo(401);
  }

  @Test
  void theEndOfTheLoginEndsIt() {
    Api member = admin.newUser("viewer");
    String ticket = member.post("/api/ws-ticket/").expect(201).at("ticket");
    Ear byToken = Ear.of(bearer(member));
    Ear byTicket = Ear.of(PATH + "?ticket=" + ticket, Map.of());
    Ear other = Ear.of(bearer(admin));
    for (Ear ear : List.of(byToken, byTicket, other)) {
      ear.say(ALL);
      ear.next();
    }

    String id = member.get("/api/users/me/").at("id");
    admin.patch("/api/users/" + id, Map.of("is_active", false)).expect(200);
    viewers.look();

    assertThat(byToken.code()).isEqualTo(4401);
    assertThat(byTicket.code()).isEqualTo(4401);
    assertThat(other.closed).isNotDone();
    other.socket.abort();
  }

  @Test
  void whatCannotBeUnderstoodIsAnsweredAndForgivenSoOften() {
    Ear ear = Ear.of(bearer(admin));
    ear.say("{\"watch\": {\"all\": true, \"kinds\": [\"weather\"]}}");
    JsonNode error = ear.next();
    assertThat(error.at("/error/code").asText()).isEqualTo("invalid_fields");
    assertThat(error.at("/error/errors/0/field").asText()).isEqualTo("watch.kinds[0]");
    assertThat(error.at("/error/errors/0/message").asText()).contains("compliance");

    ear.say(ALL);
    assertThat(ear.next().has("watching")).isTrue();
    for (int i = 1; i < Messages.MOST_WRONG; i++) {
      ear.say("what?");
    }
    assertThat(ear.code()).isEqualTo(1008);
  }

  @Test
  void nobodyIsToldOfAnotherOrganization() {
    Ear ear = Ear.of(bearer(admin));
    ear.say(ALL);
    ear.next();

    register(Api.ofNewOrganization(), "foreign");
    register(admin, "own");

    assertThat(ear.next().findValuesAsText("device_id")).containsExactly("own");
    ear.socket.abort();
  }

  @Test
  void aReportThatChangesTheStateOfADeviceIsTold() {
    EnrolledDevice device = EnrolledDevice.in(admin);
    Ear ear = Ear.of(bearer(admin));
    ear.say(
        "{\"watch\": {\"devices\": [\"%s\"], \"kinds\": [\"compliance\"]}}".formatted(device.id()));
    ear.next();

    device.self().post("/devices/" + device.id() + "/report", device.report(1, false)).expect(202);

    JsonNode frame = ear.next();
    while (frame.has("refresh")) { // of what the enrollment did, when that is seen late
      frame = ear.next();
    }
    JsonNode change = frame.at("/changes/0");
    assertThat(change.at("/kind").asText()).as("%s", frame).isEqualTo("compliance");
    assertThat(change.at("/compliance/state").asText())
        .isEqualTo(admin.get("/devices/" + device.id() + "/status").expect(200).at("state"));
    ear.socket.abort();
  }

  /// Its handshake and its message by hand; after that it reads nothing.
  @Test
  void whoReadsNothingHoldsUpNobody() throws IOException {
    URI server = URI.create(Api.baseUrl());
    try (java.net.Socket deaf = new java.net.Socket()) {
      deaf.setReceiveBufferSize(1_024);
      deaf.connect(new java.net.InetSocketAddress(server.getHost(), server.getPort()));
      deaf.getOutputStream()
          .write(
              ("GET "
                      + PATH
                      + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                      + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                      + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: "
                      + bearer(admin).get("Authorization")
                      + "\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      String head = new String(deaf.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
      assertThat(head).endsWith("101");
      byte[] text = ALL.getBytes(StandardCharsets.US_ASCII);
      byte[] frame = new byte[6 + text.length]; // final, text, masked with zeros
      frame[0] = (byte) 0x81;
      frame[1] = (byte) (0x80 | text.length);
      System.arraycopy(text, 0, frame, 6, text.length);
      deaf.getOutputStream().write(frame);

      Ear ear = Ear.of(bearer(admin));
      ear.say(ALL);
      ear.next();
      register(admin, "till");
      assertThat(ear.next().findValuesAsText("device_id")).containsExactly("till");
      ear.socket.abort();
    }
  }

  private static final class Ear implements WebSocket.Listener {
    final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
    final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final StringBuilder part = new StringBuilder();
    WebSocket socket;

    static Ear of(Map<String, String> headers) {
      return of(PATH, headers);
    }

    static Ear of(String path, Map<String, String> headers) {
      Ear ear = new Ear();
      WebSocket.Builder builder = HTTP.newWebSocketBuilder();
      headers.forEach(builder::header);
      ear.socket =
          builder
              .buildAsync(URI.create(Api.baseUrl().replaceFirst("^http", "ws") + path), ear)
              .join();
      return ear;
    }

    void say(String text) {
      socket.sendText(text, true).join();
    }

    JsonNode next() {
      try {
        return JSON.readTree(
            Objects.requireNonNull(messages.poll(20, TimeUnit.SECONDS), "nothing was said"));
      } catch (JsonProcessingException failure) {
        throw new IllegalStateException(failure);
      } catch (InterruptedException stopped) {
        throw new IllegalStateException(stopped);
      }
    }

    int code() {
      return closed.orTimeout(20, TimeUnit.SECONDS).join();
    }

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      part.append(data);
      if (last) {
        messages.add(part.toString());
        part.setLength(0);
      }
      return WebSocket.Listener.super.onText(socket, data, last);
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      closed.complete(code);
      return WebSocket.Listener.super.onClose(socket, code, reason);
    }
  }
}
