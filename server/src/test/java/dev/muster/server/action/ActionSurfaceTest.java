package dev.muster.server.action;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.testing.Api;
import dev.muster.server.testing.EnrolledDevice;
import dev.muster.server.testing.ServerUnderTest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@SuppressWarnings("NullAway.Init") // set before each test
class ActionSurfaceTest {
  Api admin;
  EnrolledDevice device;

  @BeforeEach
  void enroll() {
    admin = Api.ofNewOrganization();
    device = EnrolledDevice.in(admin);
  }

  @Test
  void anActionIsAskedForInAnyCaseAndShownWhole() {
    Map<String, Object> body =
        Map.of(
            "type",
            "ring",
            "params",
            Map.of("seconds", 5),
            "priority",
            "high",
            "ttl_seconds",
            60,
            "timeout_seconds",
            30,
            "max_attempts",
            3,
            "client_token",
            "t-1");

    Api.Answer made = ask(body).expect(201);

    assertThat(made.at("type")).isEqualTo("RING");
    assertThat(made.at("state")).isEqualTo("RUNNING");
    assertThat(made.at("params.seconds")).isEqualTo("5");
    assertThat(made.at("priority")).isEqualTo("HIGH");
    assertThat(made.at("request_id")).isEqualTo(made.at("id") + "-1");
    assertThat(made.node("max_attempts").asInt()).isEqualTo(3);
    assertThat(ask(body).expect(201).at("id")).isEqualTo(made.at("id"));
    assertThat(admin.get("/api/actions/" + made.at("id") + "/").expect(200).at("device_id"))
        .isEqualTo(device.id());
    assertThat(admin.get("/api/devices/" + device.id() + "/").at("status")).isEqualTo("BUSY");
  }

  @Test
  void whatIsWrongIsNamed() {
    for (Map<String, Object> body :
        List.<Map<String, Object>>of(
            Map.of("type", "DANCE"),
            Map.of(),
            Map.of("type", "PING", "priority", "soon"),
            Map.of("type", "PING", "ttl_seconds", 0),
            Map.of("type", "PING", "timeout_seconds", 31_536_001),
            Map.of("type", "PING", "max_attempts", 11),
            Map.of("type", "PING", "client_token", ""),
            Map.of("type", "RING", "params", Map.of("seconds", List.of(1))))) {
      Api.Answer refused = ask(body);
      assertThat(refused.status()).as("%s", body).isEqualTo(422);
      assertThat(refused.node("errors").isEmpty()).as("%s", body).isFalse();
    }
    assertThat(ask(Map.of("type", "WIPE", "params", Map.of("confirm", "yes"))).expect(422).text())
        .contains("params.confirm")
        .contains(device.id());
    admin.post("/api/devices/nobody/actions/", Map.of("type", "PING")).expect(404);
  }

  @Test
  void whoWillNotWaitIsRefusedWhileAnActionRuns() {
    ask(Map.of("type", "PING")).expect(201);

    assertThat(ask(Map.of("type", "PING", "queue", false)).expect(409).at("code"))
        .isEqualTo("device_busy");
    assertThat(ask(Map.of("type", "PING")).expect(201).at("state")).isEqualTo("PENDING");
  }

  @Test
  void aResultIsRecordedOnceAndKeepsWhatTheDeviceAnswered() {
    String action = ask(Map.of("type", "LIST_PACKAGES")).expect(201).at("id");
    Map<String, Object> body = new HashMap<>(result(action, "Succeeded"));
    body.put("data", Map.of("packages", List.of("a.b")));

    assertThat(device.self().post("/v1/action-result", body).expect(200).at("message"))
        .isEqualTo("Result recorded");
    assertThat(
            device
                .self()
                .post("/v1/action-result", result(action, "failed"))
                .expect(200)
                .at("message"))
        .isEqualTo("Already processed (idempotent)");

    Api.Answer shown = admin.get("/api/actions/" + action + "/").expect(200);
    assertThat(shown.at("state")).isEqualTo("COMPLETED");
    assertThat(shown.at("result.packages.0")).isEqualTo("a.b");
    Api.Answer attempts = admin.get("/api/actions/" + action + "/attempts/").expect(200);
    assertThat(attempts.at("0.outcome")).isEqualTo("SUCCEEDED");
    assertThat(attempts.at("0.answer")).isEqualTo("succeeded");
  }

  @Test
  void aDeviceSpeaksForItselfOfWhatItWasAsked() {
    String action = ask(Map.of("type", "PING")).expect(201).at("id");
    EnrolledDevice other = EnrolledDevice.in(admin);
    Map<String, Object> othersOwn = new HashMap<>(result(action, "success"));
    othersOwn.put("device_id", other.id());

    other.self().post("/v1/action-result", othersOwn).expect(403);
    other.self().post("/v1/action-result", result(action, "success")).expect(403);
    device.self().post("/v1/action-result", result("action_1_1", "success")).expect(404);
    device.self().post("/v1/action-result", result(action, "splendid")).expect(422);
    for (String never : List.of("+999999-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "-0001-01-01")) {
      Map<String, Object> then = new HashMap<>(result(action, "success"));
      then.put("finished_at", never);
      assertThat(device.self().post("/v1/action-result", then).expect(422).at("errors.0.field"))
          .isEqualTo("finished_at");
    }
    device
        .self()
        .post(
            "/v1/action-progress",
            Map.of("request_id", action + "-1", "device_id", device.id(), "percent", 101))
        .expect(422);
    EnrolledDevice stranger = EnrolledDevice.in(Api.ofNewOrganization());
    assertThat(stranger.self().post("/v1/action-result", result(action, "success")).status())
        .isIn(403, 404);
  }

  @Test
  void progressIsShownAndHearsOfACancellation() {
    String action = ask(Map.of("type", "PING")).expect(201).at("id");
    Map<String, Object> progress =
        Map.of(
            "request_id",
            action + "-1",
            "device_id",
            device.id(),
            "percent",
            40,
            "message",
            "unpacking" + "!".repeat(4_000));

    assertThat(device.self().post("/v1/action-progress", progress).expect(200).at("cancelled"))
        .isEqualTo("false");
    Api.Answer shown = admin.get("/api/actions/" + action + "/").expect(200);
    assertThat(shown.node("progress_percent").asInt()).isEqualTo(40);
    assertThat(shown.at("progress_text")).startsWith("unpacking!").hasSize(500).endsWith("…");
    assertThat(shown.at("waiting.for")).contains("40 %");
    admin.post("/api/actions/" + action + "/cancel/", Map.of("reason", "a mistake")).expect(200);

    assertThat(device.self().post("/v1/action-progress", progress).expect(200).at("cancelled"))
        .isEqualTo("true");
    admin.post("/api/actions/" + action + "/cancel/").expect(200);
    String again = admin.post("/api/actions/" + action + "/retry/").expect(201).at("id");
    assertThat(admin.get("/api/actions/" + again + "/").at("retry_of")).isEqualTo(action);
    admin.post("/api/actions/" + again + "/retry/").expect(409);
  }

  @Test
  void listsAreNarrowedAndPaged() {
    for (int i = 0; i < 3; i++) {
      ask(Map.of("type", i == 0 ? "PING" : "RING")).expect(201);
    }
    assertThat(count("?state=pending")).isEqualTo(2);
    assertThat(count("?state=pending&state=running&type=ping")).isEqualTo(1);
    assertThat(count("?device=" + device.id())).isEqualTo(3);
    Api.Answer page = admin.get("/api/actions/?limit=2").expect(200);
    assertThat(page.node("results").size()).isEqualTo(2);
    assertThat(page.at("next")).contains("cursor=");
    for (String wrong : List.of("?state=asleep", "?type=x", "?batch=x", "?cursor=x", "?limit=0")) {
      admin.get("/api/actions/" + wrong).expect(400);
    }
  }

  private int count(String query) {
    return admin.get("/api/actions/" + query).expect(200).node("count").asInt();
  }

  private Api.Answer ask(Map<String, ?> body) {
    return admin.post("/api/devices/" + device.id() + "/actions/", body);
  }

  private Map<String, Object> result(String action, String outcome) {
    return Map.of(
        "request_id",
        action + "-1",
        "device_id",
        device.id(),
        "action",
        "ping",
        "outcome",
        outcome,
        "finished_at",
        "2026-01-31T12:00:00Z");
  }
}
