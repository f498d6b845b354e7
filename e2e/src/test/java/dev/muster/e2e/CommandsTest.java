package dev.muster.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Commands from an operator to an agent that is a process of its own, and back. The agent looks in
/// by itself once in ten minutes, so what comes sooner came by the doorbell.
class CommandsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private final Stage stage = new Stage(CommandsTest.class);

  @SuppressWarnings("NullAway.Init")
  private ServerPlan plan;

  @SuppressWarnings("NullAway.Init")
  private ServerProcess server;

  @BeforeEach
  void start() {
    plan = stage.server("server").set("MUSTER_ACTION_RESEND_AFTER", "2s");
    server = stage.start(plan);
  }

  @AfterEach
  void stop() throws Exception {
    stage.close();
  }

  @Test
  void anAgentDoesWhatItIsToldAndSaysSo() {
    agent("--allow-scripts");
    Rest admin = server.admin();
    String device = device(admin);

    JsonNode ping = ask(admin, device, Map.of("type", "ping"));
    JsonNode packages = ask(admin, device, Map.of("type", "LIST_PACKAGES"));
    JsonNode done = awaitEnd(admin, ping);
    assertThat(done.path("state").asText()).isEqualTo("COMPLETED");
    assertThat(awaitEnd(admin, packages).path("result").isObject()).isTrue();
    JsonNode dispatches = admin.get("/api/actions/" + id(ping) + "/dispatches/").expect(200);
    assertThat(dispatches.findValuesAsText("channel")).contains("WEBSOCKET");

    Map<String, ?> script = Map.of("script", "echo hello; exit 3");
    admin
        .post(
            "/api/devices/" + device + "/actions/", Map.of("type", "RUN_SCRIPT", "params", script))
        .expect(403);
  }

  @Test
  void whatWaitsIsDoneWhenTheAgentComes() {
    Program agent = agent();
    Rest admin = server.admin();
    String device = device(admin);
    agent.kill();
    List<JsonNode> asked = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      asked.add(ask(admin, device, Map.of("type", "PING")));
    }

    agent();

    for (JsonNode action : asked) {
      assertThat(awaitEnd(admin, action).path("state").asText()).isEqualTo("COMPLETED");
    }
  }

  /// The server dies with a queue half done: what was asked for is done, each once.
  @Test
  void theQueueGoesOnAfterTheServerWasKilled() {
    agent();
    Rest admin = server.admin();
    String device = device(admin);
    List<JsonNode> asked = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      asked.add(ask(admin, device, Map.of("type", "PING")));
    }
    awaitEnd(admin, asked.get(3));
    server.kill();
    server = stage.start(plan);

    Rest again = server.admin();
    for (JsonNode action : asked) {
      assertThat(awaitEnd(again, action).path("state").asText()).isEqualTo("COMPLETED");
      assertThat(again.get("/api/actions/" + id(action) + "/attempts/").expect(200)).hasSize(1);
    }
  }

  private Program agent(String... more) {
    Rest admin = server.admin();
    String token =
        admin.post("/api/enrollment-tokens/", Map.of()).expect(201).path("token").asText();
    List<String> args =
        new ArrayList<>(
            List.of(
                "agent",
                "--server",
                server.url().toString(),
                "--state",
                stage.folder("agent-state").toString(),
                "--interval",
                "10m"));
    args.addAll(List.of(more));
    Program agent =
        stage.start("agent", Map.of("MUSTER_ENROLL_TOKEN", token), args.toArray(String[]::new));
    Await.until(PATIENCE, () -> assertThat(agent.out()).contains("Policy version"));
    return agent;
  }

  private static String device(Rest admin) {
    JsonNode devices = admin.get("/api/devices/").expect(200).path("results");
    assertThat(devices).hasSize(1);
    return devices.get(0).path("device_id").asText();
  }

  private static JsonNode ask(Rest admin, String device, Map<String, ?> action) {
    return admin.post("/api/devices/" + device + "/actions/", action).expect(201);
  }

  private static String id(JsonNode action) {
    return action.path("id").asText();
  }

  private static JsonNode awaitEnd(Rest admin, JsonNode action) {
    return Await.get(
        PATIENCE,
        () -> {
          JsonNode now = admin.get("/api/actions/" + id(action) + "/").expect(200);
          assertThat(now.path("state").asText()).as(now.toString()).isNotIn("PENDING", "RUNNING");
          return now;
        });
  }
}
