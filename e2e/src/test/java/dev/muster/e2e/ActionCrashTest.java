package dev.muster.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The server is killed while it has actions in every state: each ends as it should, none twice,
/// none is lost.
class ActionCrashTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final String OPEN =
      "select count(*) from action.action where state in ('PENDING', 'RUNNING')";

  private final Stage stage = new Stage(ActionCrashTest.class);

  @AfterEach
  void stop() throws Exception {
    stage.close();
  }

  @Test
  void actionsInEveryStateEndAsTheyShouldThoughTheServerIsKilled() throws Exception {
    ServerPlan plan =
        stage
            .server("states")
            .set("MUSTER_ACTION_SIMULATE", "true")
            .set("MUSTER_ACTION_SIMULATOR_SHORTEST", "3s")
            .set("MUSTER_ACTION_SIMULATOR_LONGEST", "3s")
            .set("MUSTER_ACTION_SIMULATOR_SUCCESS", "1")
            .set("MUSTER_ACTION_BACKOFF", "2s");
    ServerProcess server = stage.start(plan);
    Rest admin = server.admin();
    admin.post("/api/devices/", Map.of("name", "s", "device_id", "simulated")).expect(201);
    FakeDevice silent = device(server, "silent");
    FakeDevice deaf = device(server, "deaf");
    FakeDevice failing = device(server, "failing");
    FakeDevice busy = device(server, "busy");

    String simulated = ask(admin, "simulated", Map.of());
    String simulatedNext = ask(admin, "simulated", Map.of());
    String timedOut = ask(admin, silent.id(), Map.of("timeout_seconds", 4));
    arrived(silent, timedOut + "-1");
    String undelivered = ask(admin, deaf.id(), Map.of("ttl_seconds", 4));
    String neverItsTurn = ask(admin, deaf.id(), Map.of("ttl_seconds", 4, "priority", "low"));
    String between = ask(admin, failing.id(), Map.of("max_attempts", 2));
    answer(failing, between + "-1", "failed").expect(200);
    String completed = ask(admin, busy.id(), Map.of());
    answer(busy, completed + "-1", "success").expect(200);
    String cancelled = ask(admin, busy.id(), Map.of());
    admin.post("/api/actions/" + cancelled + "/cancel/").expect(200);
    String answeredLater = ask(admin, busy.id(), Map.of());
    arrived(busy, answeredLater + "-1");
    String waiting = ask(admin, busy.id(), Map.of());

    server.kill();
    ServerProcess again = stage.start(plan);

    Rest after = again.admin();
    assertThat(said(answer(busy, answeredLater + "-1", "success"))).isEqualTo("Result recorded");
    assertThat(said(answer(busy, answeredLater + "-1", "failed"))).startsWith("Already");
    assertThat(said(answer(busy, completed + "-1", "failed"))).startsWith("Already");
    assertThat(said(answer(busy, cancelled + "-1", "success"))).startsWith("Already");
    Await.until(PATIENCE, () -> assertThat(request(after, between)).isEqualTo(between + "-2"));
    answer(failing, between + "-2", "success").expect(200);
    answer(busy, waiting + "-1", "success").expect(200);
    Await.until(PATIENCE, () -> assertThat(again.count(OPEN)).isZero());

    Map<String, String> expected = new HashMap<>();
    for (String done :
        List.of(simulated, simulatedNext, between, completed, answeredLater, waiting)) {
      expected.put(done, "COMPLETED");
    }
    expected.put(timedOut, "FAILED");
    expected.put(undelivered, "EXPIRED");
    expected.put(neverItsTurn, "EXPIRED");
    expected.put(cancelled, "CANCELLED");
    expected.forEach((action, state) -> assertThat(state(after, action)).isEqualTo(state));
    assertThat(again.count("select count(*) from action.action")).isEqualTo(expected.size());
    assertThat(
            again.count("select count(*) from action.attempt where action_id = '" + between + "'"))
        .isEqualTo(2);
    assertThat(again.count("select count(*) from action.attempt"))
        .as("each once, one twice, one never")
        .isEqualTo(expected.size());
  }

  @Test
  void aBatchIsCarriedOutOnceThoughTheServerIsKilledAgainAndAgain() throws Exception {
    long seed = Long.getLong("muster.e2e.seed", System.nanoTime());
    System.out.println("ActionCrashTest runs with -Dmuster.e2e.seed=" + seed);
    Random random = new Random(seed);
    int devices = 400;
    ServerPlan plan =
        stage
            .server("batch")
            .set("MUSTER_ACTION_SIMULATE", "true")
            .set("MUSTER_ACTION_SIMULATOR_SHORTEST", "100ms")
            .set("MUSTER_ACTION_SIMULATOR_LONGEST", "2s")
            .set("MUSTER_ACTION_SIMULATOR_SUCCESS", "0.8");
    ServerProcess server = stage.start(plan);
    Rest admin = server.admin();
    for (int i = 0; i < devices; i++) {
      admin.post("/api/devices/", Map.of("name", "d", "device_id", "d" + i)).expect(201);
    }
    String batch =
        admin
            .post("/api/actions/batch/", Map.of("type", "PING", "filter", Map.of()))
            .expect(202)
            .path("batch_id")
            .asText();

    for (int life = 0; life < 2; life++) {
      ServerProcess present = server;
      int until = random.nextInt(devices / 2) + life * devices / 2;
      Await.until(
          PATIENCE,
          () ->
              assertThat(present.count("select count(*) from action.action"))
                  .isGreaterThanOrEqualTo(until));
      present.kill();
      server = stage.start(plan);
    }

    ServerProcess last = server;
    Rest after = last.admin();
    Await.until(
        PATIENCE,
        () -> {
          JsonNode row = after.get("/api/action-batches/" + batch + "/").expect(200);
          assertThat(row.path("state").asText()).isEqualTo("EXPANDED");
          assertThat(row.at("/counts/COMPLETED").asInt() + row.at("/counts/FAILED").asInt())
              .isEqualTo(devices);
        });
    assertThat(last.count("select count(distinct device_id) from action.action"))
        .isEqualTo(devices);
    assertThat(last.count("select count(*) from action.attempt")).isEqualTo(devices);
    assertThat(
            last.count("select count(*) from device.device where status in ('BUSY', 'UPDATING')"))
        .isZero();
  }

  private static FakeDevice device(ServerProcess server, String hardware) {
    String token =
        server.admin().post("/api/enrollment-tokens/", Map.of()).expect(201).path("token").asText();
    return FakeDevice.enroll(Rest.anonymous(server.url()), token, hardware);
  }

  private static String ask(Rest admin, String device, Map<String, ?> more) {
    Map<String, Object> body = new HashMap<>(more);
    body.put("type", "PING");
    return admin.post("/api/devices/" + device + "/actions/", body).expect(201).path("id").asText();
  }

  private static void arrived(FakeDevice device, String request) {
    device
        .rest()
        .post(
            "/v1/action-progress",
            Map.of("request_id", request, "device_id", device.id(), "percent", 0))
        .expect(200);
  }

  private static Rest.Reply answer(FakeDevice device, String request, String outcome) {
    Map<String, String> body =
        Map.of(
            "request_id",
            request,
            "device_id",
            device.id(),
            "action",
            "ping",
            "outcome",
            outcome,
            "finished_at",
            "2026-01-31T12:00:00Z");
    return device.rest().post("/v1/action-result", body);
  }

  private static String said(Rest.Reply reply) {
    return reply.expect(200).path("message").asText();
  }

  private static String request(Rest admin, String action) {
    return admin.get("/api/actions/" + action + "/").expect(200).path("request_id").asText();
  }

  private static String state(Rest admin, String action) {
    return admin.get("/api/actions/" + action + "/").expect(200).path("state").asText();
  }
}
