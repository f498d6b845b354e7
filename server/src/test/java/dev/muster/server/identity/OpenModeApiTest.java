package dev.muster.server.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.testing.Api;
import dev.muster.server.testing.OpenServer;
import dev.muster.server.testing.RawHttp;
import dev.muster.server.testing.ServerUnderTest;
import dev.muster.server.testing.Socket;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@TestProfile(OpenServer.class)
class OpenModeApiTest {
  @Test
  void withoutACredentialOneActsAsTheAdminOfTheFirstOrganization() {
    Api.Answer me = Api.anonymous().get("/api/users/me/").expect(200);
    assertThat(me.at("email")).isEqualTo(ServerUnderTest.ADMIN);
    Api.anonymous().get("/api/organizations/").expect(200);
  }

  @Test
  void aCredentialThatIsThereIsStillChecked() {
    Api.with("a.b.c").get("/api/users/me/").expect(401);
    Api.with("mk_unknown").get("/api/users/me/").expect(401);
    String own = Api.ofNewOrganization().get("/api/users/me/").expect(200).at("email");
    assertThat(own).isNotEqualTo(ServerUnderTest.ADMIN);
  }

  @Test
  void aPageOfAnotherOriginCannotAct() {
    int before = devices();
    Api.anonymous()
        .withHeader("Content-Type", "application/x-www-form-urlencoded")
        .withHeader("Origin", "http://127.0.0.1:1")
        .post("/api/devices/", "name=x")
        .expect(403);
    for (String origin :
        List.of("https://evil.example", "null", "http://localhost", "http://127.0.0.1:1")) {
      for (String type : List.of("application/json", "text/plain")) {
        Api.Answer refused =
            Api.anonymous()
                .withHeader("Origin", origin)
                .withHeader("Content-Type", type)
                .post("/api/devices/", "{\"name\": \"theirs\"}")
                .expect(403);
        assertThat(refused.code()).isEqualTo("origin_not_allowed");
        assertThat(refused.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
      }
    }
    for (String site : List.of("cross-site", "same-site")) {
      Api page = Api.anonymous().withHeader("Sec-Fetch-Site", site);
      assertThat(page.get("/api/devices/").expect(403).code()).isEqualTo("origin_not_allowed");
      page.withHeader("Sec-Fetch-Mode", "navigate").post("/api/devices/").expect(403);
      page.withHeader("Sec-Fetch-Mode", "navigate").get("/docs/").expect(200);
    }
    assertThat(devices()).isEqualTo(before);
  }

  @Test
  void aPageOfTheServersOwnCanAct() {
    Api own = Api.anonymous().withHeader("Origin", Api.baseUrl());
    own.post("/api/devices/", Map.of("name", "ours")).expect(201);
    own.withHeader("Sec-Fetch-Site", "same-origin").get("/api/devices/").expect(200);
    Api.anonymous().withHeader("Sec-Fetch-Site", "none").get("/api/devices/").expect(200);
  }

  /// A page that has its own name resolve to this machine is of the server's own origin.
  @Test
  void aForeignHostIsNotServed() {
    for (String host : List.of("evil.example", "evil.example:80", "localhost.evil.example")) {
      assertThat(
              RawHttp.exchange(
                  "GET /api/devices/ HTTP/1.1", "Host: " + host, "Origin: http://" + host))
          .startsWith("HTTP/1.1 403")
          .contains("\"code\":\"host_not_allowed\"");
    }
    assertThat(RawHttp.exchange("GET /api/devices/ HTTP/1.1", "Host: [::1]:80"))
        .startsWith("HTTP/1.1 200");
  }

  @Test
  void aPageOfAnotherOriginOpensNoWebSocket() {
    assertThat(Socket.refusal("/ws/who-am-i", Map.of("Origin", "https://evil.example")))
        .isEqualTo(403);
    assertThat(Socket.firstMessage("/ws/who-am-i", Map.of("Origin", Api.baseUrl())))
        .startsWith("Person");
    assertThat(Socket.firstMessage("/ws/who-am-i", Map.of())).startsWith("Person");
  }

  private static int devices() {
    return Api.anonymous().get("/api/devices/").expect(200).node("count").asInt();
  }

  @Test
  void aHeartbeatHearsOfAllThatIsMissing() {
    assertThat(Api.anonymous().post("/v1/heartbeat", Map.of()).expect(422).fields())
        .contains("device_id", "timestamp_utc", "battery", "network");
  }
}
