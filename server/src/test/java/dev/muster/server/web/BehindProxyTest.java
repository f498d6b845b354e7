package dev.muster.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.platform.Ids;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.EnrolledDevice;
import dev.muster.server.testing.RawHttp;
import dev.muster.server.testing.ServerUnderTest;
import dev.muster.server.testing.Socket;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// A server behind a proxy with TLS, with a console of another origin.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@TestProfile(BehindProxyTest.Proxied.class)
class BehindProxyTest {
  public static final class Proxied implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "muster.cors.origins",
          CONSOLE + ",http://localhost:5173",
          "muster.public-url",
          "https://fleet.example.com",
          "muster.trusted-proxies",
          "127.0.0.0/8",
          "muster.limit.refused.burst",
          "20",
          "muster.http.first-request",
          "1s",
          "muster.http.keep-alive",
          "3s",
          "muster.http.body",
          "1s",
          "muster.http.device-calls",
          "1",
          "muster.http.device-wait",
          "100ms");
    }
  }

  private static final String CONSOLE = "https://console.example.com";
  private static final String EVIL = "https://console.example.com.evil.example";

  private static Api page(Api caller, String origin) {
    return caller.withHeader("Origin", origin);
  }

  private static void readable(Api.Answer answer) {
    assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).contains(CONSOLE);
    assertThat(answer.headers().firstValue("Access-Control-Allow-Credentials")).isEmpty();
    assertThat(answer.headers().allValues("Vary")).contains("Origin");
    assertThat(answer.headers().firstValue("Access-Control-Expose-Headers").orElse(""))
        .contains("X-Request-ID", "Retry-After", "ETag", "Idempotency-Replayed", "Location");
  }

  private static void unreadable(Api.Answer answer) {
    assertThat(answer.headers().map().keySet())
        .noneMatch(name -> name.startsWith("access-control-"));
    assertThat(answer.headers().allValues("Vary")).contains("Origin");
  }

  @Test
  void aPageOfANamedOriginReadsAnswersAndRefusalsAlike() {
    Api admin = Api.ofNewOrganization();
    readable(page(admin, CONSOLE).get("/api/devices/").expect(200));
    readable(page(admin, CONSOLE).get("/api/devices/none").expect(404));
    readable(page(admin, CONSOLE).post("/api/devices/", "{").expect(400));
    readable(page(admin, CONSOLE).post("/api/devices/", "x".repeat(1024 * 1024 + 1)).expect(413));
    readable(page(Api.anonymous(), CONSOLE).get("/api/devices/").expect(401));
    readable(page(Api.anonymous(), CONSOLE).get("/api/info").expect(200));
    readable(page(Api.anonymous(), CONSOLE).get("/nowhere").expect(404));
  }

  @Test
  void aPageOfAnyOtherOriginReadsNothing() {
    Api admin = Api.ofNewOrganization();
    for (String origin : List.of(EVIL, "null", "http://console.example.com")) {
      unreadable(page(admin, origin).get("/api/devices/").expect(200));
      unreadable(page(Api.anonymous(), origin).get("/api/devices/").expect(401));
    }
    unreadable(admin.get("/api/devices/").expect(200));
  }

  @Test
  void aPreflightIsAnsweredBeforeAnyCredentialIsAskedFor() {
    Api.Answer answer = preflight(CONSOLE).expect(204);
    assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).contains(CONSOLE);
    assertThat(answer.headers().firstValue("Access-Control-Allow-Methods").orElse(""))
        .contains("POST", "PUT", "PATCH", "DELETE");
    assertThat(answer.headers().firstValue("Access-Control-Allow-Headers").orElse(""))
        .contains("Authorization", "Content-Type", "Idempotency-Key");
    assertThat(answer.headers().firstValue("Access-Control-Allow-Credentials")).isEmpty();
    assertThat(answer.headers().firstValue("X-Request-ID")).isPresent();
  }

  @Test
  void aPreflightOfAnyOtherOriginIsRefusedWithoutAHint() {
    for (String origin : List.of(EVIL, "null", "*")) {
      Api.Answer refused = ProblemShape.require(preflight(origin).expect(403));
      assertThat(refused.code()).isEqualTo("origin_not_allowed");
      unreadable(refused);
    }
    Api.anonymous().send("OPTIONS", "/api/devices/", null).expect(401);
    page(Api.anonymous(), CONSOLE).send("OPTIONS", "/api/devices/", null).expect(401);
  }

  private static Api.Answer preflight(String origin) {
    return page(Api.anonymous(), origin)
        .withHeader("Access-Control-Request-Method", "POST")
        .withHeader("Access-Control-Request-Headers", "authorization,content-type")
        .send("OPTIONS", "/api/devices/", null);
  }

  @Test
  void webSocketsAreOpenToNamedOriginsAndToThePublicOne() {
    Api admin = Api.ofNewOrganization();
    String path = "/ws/who-am-i?ticket=";
    for (String origin : List.of(CONSOLE, "https://fleet.example.com", Api.baseUrl())) {
      String ticket = admin.post("/api/ws-ticket/").expect(201).at("ticket");
      assertThat(Socket.firstMessage(path + ticket, Map.of("Origin", origin))).contains("ADMIN");
    }
    String ticket = admin.post("/api/ws-ticket/").expect(201).at("ticket");
    assertThat(Socket.refusal(path + ticket, Map.of("Origin", EVIL))).isEqualTo(403);
  }

  @Test
  void linksLeadToThePublicUrl() {
    Api admin = Api.ofNewOrganization();
    for (String name : List.of("a", "b", "c")) {
      admin.post("/api/groups/", Map.of("name", name)).expect(201);
    }
    Api.Answer page = admin.get("/api/groups/?limit=1&offset=1").expect(200);
    assertThat(page.at("next")).isEqualTo("https://fleet.example.com/api/groups/?limit=1&offset=2");
    assertThat(page.at("previous"))
        .isEqualTo("https://fleet.example.com/api/groups/?limit=1&offset=0");
    assertThat(
            Api.anonymous().get("/openapi?format=json").expect(200).node("servers.0.url").asText())
        .isEqualTo("https://fleet.example.com");
  }

  @Test
  void aForeignHostIsNotServed() {
    assertThat(get("evil.example")).startsWith("HTTP/1.1 403").contains("host_not_allowed");
    assertThat(get("fleet.example.com")).startsWith("HTTP/1.1 200");
    assertThat(get("evil.example", "X-Forwarded-For: 203.0.113.1")).startsWith("HTTP/1.1 403");
    assertThat(
            get("backend", "X-Forwarded-For: 203.0.113.1", "X-Forwarded-Host: fleet.example.com"))
        .startsWith("HTTP/1.1 200");
    assertThat(
            get(
                "fleet.example.com",
                "X-Forwarded-For: 203.0.113.1",
                "X-Forwarded-Host: evil.example"))
        .startsWith("HTTP/1.1 403");
  }

  /// A device whose token was revoked must not shut out the others behind its address.
  @Test
  void whoShowsBadCredentialsIsTurnedAwayBeforeTheyAreLookedUpAndTheOthersThereAreNot() {
    Api good = from("198.51.100.7", Api.ofNewOrganization());
    good.get("/api/users/me/").expect(200);
    TreeSet<Integer> seen = new TreeSet<>();
    for (int i = 0; i < 60; i++) {
      seen.add(from("198.51.100.7", Api.with("mk_" + Ids.next() + "_x")).get("/api/keys").status());
    }
    assertThat(seen).containsExactly(401, 429);

    Api.Answer limited =
        ProblemShape.require(from("198.51.100.7", Api.with("md_x")).get("/v1/agent/commands"));
    assertThat(limited.status()).isEqualTo(429);
    assertThat(limited.code()).isEqualTo("rate_limited");
    assertThat(limited.headers().firstValue("Retry-After").orElse("")).matches("[1-9][0-9]?");
    good.get("/api/users/me/").expect(200);
    from("198.51.100.8", Api.with("md_x")).get("/v1/agent/commands").expect(401);
    assertThat(Api.anonymous().get("/metrics").text())
        .containsPattern("muster_limited_total\\{class=\"refused\",kind=\"address\",?} [1-9]");
  }

  private static Api from(String address, Api caller) {
    return caller.withHeader("X-Forwarded-For", address);
  }

  /// Each of these blocks until the server hangs up.
  @Test
  void whoSendsARequestSlowlyIsHungUpOn() {
    RawHttp.awaitHangUp("GET /health HT", "T");
    RawHttp.awaitHangUp("", "");
  }

  @Test
  void whoSendsABodySlowlyIsHungUpOn() {
    RawHttp.awaitHangUp(
        "POST /api/auth/login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            + "Content-Length: 100000\r\n\r\n{",
        " ");
    assertThat(Api.anonymous().get("/metrics").text())
        .containsPattern("muster_slow_connections_total\\{on=\"body\",?} [1-9]");
  }

  /// The answer that it got first does not make it a better one; a WebSocket older than that stays.
  @Test
  void whoSendsASecondRequestSlowlyIsHungUpOnAndAWebSocketIsNot() {
    try (Socket.Held held = Socket.hold("/ws/who-am-i", bearer(Api.ofNewOrganization()))) {
      String answered =
          RawHttp.awaitHangUp("GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nGET /he", "a");
      assertThat(answered).startsWith("HTTP/1.1 200").containsOnlyOnce("HTTP/1.1");
      held.ping();
    }
  }

  /// The only turn is held by a device that does not send its body, for a second each time.
  @Test
  void aDeviceThatWouldWaitLongIsAskedToComeAgainAndNobodyElseIs() throws IOException {
    Api admin = Api.ofNewOrganization();
    EnrolledDevice slow = EnrolledDevice.in(admin);
    EnrolledDevice other = EnrolledDevice.in(admin);
    String begin =
        "POST /devices/%s/report HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            + "Authorization: %s\r\nContent-Length: 1000\r\n\r\n{";
    String held = begin.formatted(slow.id(), bearer(slow.self()).get("Authorization"));
    Api.Answer answer = other.self().get("/devices/" + other.id() + "/policy").expect(200);
    Instant last = Instant.now().plusSeconds(30);
    while (answer.status() == 200 && Instant.now().isBefore(last)) {
      try (var _ = RawHttp.hold(held)) {
        answer = other.self().get("/devices/" + other.id() + "/policy");
        admin.get("/api/devices/").expect(200);
      }
    }
    ProblemShape.require(answer.expect(503));
    assertThat(answer.code()).isEqualTo("unavailable");
    assertThat(answer.headers().firstValue("Retry-After").orElse("")).matches("[1-5]");
    assertThat(Api.anonymous().get("/metrics").text())
        .containsPattern("muster_device_calls_refused_total [1-9]");
  }

  private static Map<String, String> bearer(Api caller) {
    return Map.of("Authorization", "Bearer " + Objects.requireNonNull(caller.credential()));
  }

  private static String get(String host, String... headers) {
    String[] all = Arrays.copyOf(headers, headers.length + 1);
    all[headers.length] = "Host: " + host;
    return RawHttp.exchange("GET /api/info HTTP/1.1", all);
  }

  @Test
  void onlyWhoSpokeTlsIsToldToStayWithIt() {
    assertThat(
            Api.anonymous()
                .withHeader("X-Forwarded-For", "203.0.113.1")
                .withHeader("X-Forwarded-Proto", "https")
                .get("/health")
                .headers()
                .firstValue("Strict-Transport-Security"))
        .contains("max-age=31536000");
    assertThat(Api.anonymous().get("/health").headers().firstValue("Strict-Transport-Security"))
        .isEmpty();
  }

  /// Guesses are counted by the address that the proxy names, and not by what the guesser names.
  @Test
  void loginsAreCountedByTheClientThatTheProxySaw() {
    String email = Api.uniqueEmail();
    Map<String, String> guess = Map.of("email", email, "password", "wrong-password");
    TreeSet<Integer> seen = new TreeSet<>();
    for (int i = 0; i < 30; i++) {
      seen.add(
          Api.anonymous()
              .withHeader("X-Forwarded-For", "198.51.100." + i + ", 203.0.113.9")
              .post("/api/auth/login/", guess)
              .status());
    }
    assertThat(seen).containsExactly(401, 429);
    Api.anonymous()
        .withHeader("X-Forwarded-For", "203.0.113.10")
        .post("/api/auth/login/", guess)
        .expect(401);
  }
}
