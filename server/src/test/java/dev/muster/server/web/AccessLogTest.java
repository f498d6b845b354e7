package dev.muster.server.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.muster.server.platform.Ids;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.EnrolledDevice;
import dev.muster.server.testing.LogLines;
import dev.muster.server.testing.RawHttp;
import dev.muster.server.testing.ServerUnderTest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@SuppressWarnings("NullAway.Init") // set before each test
class AccessLogTest {
  private final String requestId = "test-" + Ids.next();
  private LogLines lines;

  @BeforeEach
  void listen() {
    lines = LogLines.of("muster.access");
  }

  @AfterEach
  void stopListening() {
    lines.close();
  }

  private LogLines.Heard line() {
    return lines.await(heard -> heard.requestId().equals(requestId));
  }

  private Api tagged(Api caller) {
    return caller.withHeader("X-Request-ID", requestId);
  }

  @Test
  void aRequestLeavesItsTemplateStatusCallerAndSize() {
    Api admin = Api.ofNewOrganization();
    Api.Answer me = admin.get("/api/users/me/").expect(200);
    String device = EnrolledDevice.in(admin).id();
    Api.Answer answer = tagged(admin).get("/api/devices/" + device + "/?noise=1").expect(200);

    assertThat(line().message())
        .startsWith("GET /api/devices/{device_id} status=200 ms=")
        .contains(" bytes=" + answer.text().length())
        .contains("caller=\"person " + me.at("id") + "\"")
        .endsWith("organization=" + me.at("organization"))
        .doesNotContain("noise")
        .doesNotContain(device);
  }

  @Test
  void whatIsRefusedBeforeItIsRoutedLeavesALineToo() {
    tagged(Api.anonymous()).get("/api/devices/?ticket=secret-1").expect(401);
    assertThat(line().message())
        .startsWith("GET /api/devices/ status=401 ")
        .contains("caller=\"nobody\"")
        .doesNotContain("secret-1")
        .doesNotContain("organization=");

    tagged(Api.with("mk_wrong-secret")).get("/api/devices/").expect(401);
    assertThat(line().message()).contains("status=401").doesNotContain("wrong-secret");

    RawHttp.exchange(
        "POST /api/auth/login/ HTTP/1.1",
        "X-Request-ID: " + requestId,
        "Content-Type: application/json",
        "Content-Length: 99999999");
    assertThat(line().message()).startsWith("POST /api/auth/login/ status=413 ");

    RawHttp.exchange("GET /api/%ff HTTP/1.1", "X-Request-ID: " + requestId);
    assertThat(line().message()).startsWith("GET /api/%ff status=400 ");
  }

  @Test
  void aPathThatIsServedByNothingIsShownAsItWasSentButCannotForgeALine() {
    RawHttp.exchange("GET /nothing/\u00e9\u0085x HTTP/1.1", "X-Request-ID: " + requestId);
    assertThat(line().message()).startsWith("GET /nothing/").matches("\\p{ASCII}+");

    tagged(Api.anonymous()).get("/" + "a".repeat(3_000)).expect(404);
    assertThat(line().message())
        .startsWith("GET /aaa")
        .contains("a… status=404")
        .hasSizeLessThan(300);
  }

  @Test
  void aDeviceIsNamedAndItsTokenIsNot() {
    EnrolledDevice device = EnrolledDevice.in(Api.ofNewOrganization());
    tagged(device.self()).get("/api/devices/").expect(403);
    assertThat(line().message())
        .contains("caller=\"device ")
        .doesNotContain(Objects.requireNonNull(device.self().credential()));

    tagged(EnrolledDevice.enroller(Api.ofNewOrganization()))
        .post("/enroll", EnrolledDevice.AGENT)
        .expect(200);
    assertThat(line().message()).startsWith("POST /enroll status=200").contains("\"enroller ");
  }

  @Test
  void aWebSocketLeavesALineWhenItOpensAndOneWhenItEnds() {
    EnrolledDevice device = EnrolledDevice.in(Api.ofNewOrganization());
    WebSocket socket = doorbell(device).join();
    assertThat(line().message())
        .startsWith("GET /v1/agent/doorbell status=101 ")
        .contains("caller=\"device ");

    socket.sendClose(1000, "bye").join();
    assertThat(line().message())
        .startsWith("CLOSE /v1/agent/doorbell status=1000 ")
        .contains("caller=\"device ");
    socket.abort();
  }

  @Test
  void aHandshakeThatIsRefusedIsARequestLikeAnyOther() {
    Api admin = Api.ofNewOrganization();
    EnrolledDevice person = new EnrolledDevice("x", admin, admin.get("/api/info"));
    assertThat(catchThrowable(() -> doorbell(person).join())).isNotNull();
    assertThat(line().message())
        .startsWith("GET /v1/agent/doorbell status=403 ")
        .contains("caller=\"person ");
  }

  private java.util.concurrent.CompletableFuture<WebSocket> doorbell(EnrolledDevice device) {
    return HttpClient.newHttpClient()
        .newWebSocketBuilder()
        .header("Authorization", "Bearer " + device.self().credential())
        .header("X-Request-ID", requestId)
        .buildAsync(
            URI.create(Api.baseUrl().replaceFirst("http", "ws") + "/v1/agent/doorbell"),
            new WebSocket.Listener() {});
  }

  @Test
  void theRequestIdFollowsIntoTheThreadsOfTheCheckAndOfTheResource() {
    Api.Answer seen =
        tagged(Api.with(WhereAmI.CREDENTIAL + "x")).get("/api/where-am-i").expect(200);
    assertThat(Map.of("check", seen.at("check"), "resource", seen.at("resource")))
        .isEqualTo(Map.of("check", requestId, "resource", requestId));
    assertThat(seen.at("virtual")).isEqualTo("true");
  }
}
