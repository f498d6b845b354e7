package dev.muster.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.testing.Api;
import dev.muster.server.testing.EnrolledDevice;
import dev.muster.server.testing.Race;
import dev.muster.server.testing.RawHttp;
import dev.muster.server.testing.ServerUnderTest;
import dev.muster.server.testing.Socket;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Who may open a WebSocket, with what, and from which pages.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@SuppressWarnings("NullAway.Init") // set before each test
class SocketGateTest {
  private static final String PATH = "/ws/who-am-i";

  Api admin;
  String userId;

  @BeforeEach
  void makeOrganization() {
    admin = Api.ofNewOrganization();
    userId = admin.get("/api/users/me/").at("id");
  }

  private static String ticket(Api caller) {
    return caller.post("/api/ws-ticket/").expect(201).at("ticket");
  }

  private static String with(String ticket) {
    return PATH + "?ticket=" + ticket;
  }

  private static Map<String, String> bearer(Api caller) {
    return Map.of("Authorization", "Bearer " + Objects.requireNonNull(caller.credential()));
  }

  @Test
  void aTicketIsRandomAndLastsHalfAMinute() {
    Api.Answer answer = admin.post("/api/ws-ticket/").expect(201);
    assertThat(answer.keys("")).containsExactly("expires_at", "ticket");
    assertThat(answer.at("ticket")).matches("[A-Za-z0-9_-]{43}");
    assertThat(Instant.parse(answer.at("expires_at")))
        .isBetween(
            Instant.now().plus(Duration.ofSeconds(10)), Instant.now().plus(Duration.ofSeconds(31)));
    assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
    assertThat(ticket(admin)).isNotEqualTo(answer.at("ticket"));
  }

  @Test
  void aTicketOpensOneWebSocketAsItsCaller() {
    String ticket = ticket(admin);
    assertThat(Socket.firstMessage(with(ticket), Map.of())).contains(userId).contains("ADMIN");
    assertThat(Socket.refusal(with(ticket), Map.of())).isEqualTo(401);
  }

  @Test
  void ofManyWhoShowOneTicketAtOnceOneIsLetIn() {
    String ticket = ticket(admin);
    List<Boolean> let =
        Race.times(
            16,
            _ -> {
              try {
                return Socket.firstMessage(with(ticket), Map.of()).contains(userId);
              } catch (CompletionException _) {
                return false;
              }
            });
    assertThat(let).containsOnlyOnce(true);
  }

  @Test
  void aTicketCarriesTheRightsOfTheMomentOfUse() {
    Api member = admin.newUser("operator");
    String id = member.get("/api/users/me/").at("id");
    String demoted = ticket(member);
    admin.patch("/api/users/" + id, Map.of("role", "viewer")).expect(200);
    assertThat(Socket.firstMessage(with(demoted), Map.of())).contains("VIEWER");

    String deactivated = ticket(member);
    admin.patch("/api/users/" + id, Map.of("is_active", false)).expect(200);
    assertThat(Socket.refusal(with(deactivated), Map.of())).isEqualTo(401);
  }

  @Test
  void aTicketOpensNothingButAWebSocket() {
    String ticket = ticket(admin);
    Api.anonymous().get("/api/users/me/?ticket=" + ticket).expect(401);
    Api.anonymous().get(with(ticket)).expect(401);
    for (String upgrade : List.of("websocket", "WebSocket", "websocket/13")) {
      assertThat(
              RawHttp.exchange(
                  "GET /api/users/me/?ticket=" + ticket + " HTTP/1.1", "Upgrade: " + upgrade))
          .startsWith("HTTP/1.1 401");
      assertThat(
              RawHttp.exchange(
                  "GET /ws/../api/users/me/?ticket=" + ticket + " HTTP/1.1", "Upgrade: " + upgrade))
          .startsWith("HTTP/1.1 401");
    }
    assertThat(Socket.refusal("/v1/agent/doorbell?ticket=" + ticket, Map.of())).isEqualTo(401);
    assertThat(Socket.firstMessage(with(ticket), Map.of())).contains(userId);
  }

  @Test
  void aTicketThatNobodyIssuedIsRefused() {
    for (String ticket : List.of("", "x", "%00", "a".repeat(43))) {
      assertThat(Socket.refusal(with(ticket), Map.of())).as(ticket).isIn(400, 401);
    }
  }

  @Test
  void aCredentialInTheHeadersOpensAWebSocketToo() {
    assertThat(Socket.firstMessage(PATH, bearer(admin))).contains(userId);
    assertThat(Socket.refusal(PATH, Map.of("Authorization", "Bearer a.b.c"))).isEqualTo(401);
    assertThat(Socket.refusal(PATH, Map.of())).isEqualTo(401);
    assertThat(Socket.refusal("/ws/nowhere", Map.of())).isEqualTo(401);
  }

  @Test
  void theServersOwnPagesOpenWebSocketsAndNoOthersDo() {
    assertThat(Socket.firstMessage(with(ticket(admin)), Map.of("Origin", Api.baseUrl())))
        .contains(userId);
    String ticket = ticket(admin);
    for (String origin :
        List.of("https://evil.example", "null", "http://127.0.0.1", "https://127.0.0.1:8080")) {
      assertThat(Socket.refusal(with(ticket), Map.of("Origin", origin))).as(origin).isEqualTo(403);
      assertThat(Socket.refusal(PATH, Map.of("Origin", origin))).as(origin).isEqualTo(403);
    }
    assertThat(Socket.refusal(with(ticket), Map.of("Sec-Fetch-Site", "cross-site"))).isEqualTo(403);
    assertThat(Socket.firstMessage(with(ticket), Map.of())).contains(userId);
  }

  @Test
  void theDoorbellIsGuardedAgainstForeignPagesToo() {
    EnrolledDevice device = EnrolledDevice.in(admin);
    Map<String, String> headers =
        Map.of(
            "Authorization",
            "Bearer " + device.self().credential(),
            "Origin",
            "https://evil.example");
    assertThat(Socket.refusal("/v1/agent/doorbell", headers)).isEqualTo(403);
  }

  @Test
  void whoSendsTooMuchIsHungUpOn() {
    try (Socket.Held held = Socket.hold(PATH, bearer(admin))) {
      assertThat(held.floodUntilClosed(100_000)).isEqualTo(SocketMessages.TRY_AGAIN_LATER);
    }
    Api.anonymous().get("/api/users/me/").expect(401);
    admin.get("/api/users/me/").expect(200);
  }

  @Test
  void onlyAPersonGetsATicket() {
    EnrolledDevice.in(admin).self().post("/api/ws-ticket/").expect(403);
    EnrolledDevice.enroller(admin).post("/api/ws-ticket/").expect(403);
    Api.anonymous().post("/api/ws-ticket/").expect(401);
  }
}
