package dev.muster.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A server for trying things out on one's own machine.
class OpenModeTest {
  private final Stage stage = new Stage(OpenModeTest.class);

  @AfterEach
  void stop() throws Exception {
    stage.close();
  }

  @Test
  void theLoopRunsWithoutCredentialsOnThisMachineOnly() throws IOException {
    ServerPlan plan = stage.server("server").flags("--open");
    ServerProcess server = stage.start(plan);
    Rest anybody = Rest.anonymous(server.url());

    JsonNode enrolled = anybody.post("/enroll", FakeDevice.enrollment("hw-1")).expect(200);
    FakeDevice device =
        new FakeDevice(
            enrolled.at("/deviceId/value").asText(),
            enrolled.path("deviceToken").asText(),
            anybody);
    assertThat(enrolled.at("/policy/version").asLong()).isEqualTo(1);
    assertThat(enrolled.at("/policy/cameraDisabled").asBoolean()).isTrue();
    assertThat(state(device)).isEqualTo("UNKNOWN");
    device.report(device.pull().expect(200), 1).expect(202);
    assertThat(state(device)).isEqualTo("COMPLIANT");
    JsonNode changed =
        anybody
            .put("/devices/" + device.id() + "/policy", Map.of("cameraDisabled", false))
            .expect(200);
    assertThat(changed.path("version").asLong()).isEqualTo(2);
    assertThat(state(device)).isEqualTo("STALE");
    assertThat(anybody.get("/devices").expect(200)).hasSize(1);

    anybody.as("md_" + "x".repeat(50)).get("/devices").expect(401);
    assertThat(statusOf(plan.port(), "localhost:" + plan.port())).isEqualTo(200);
    assertThat(statusOf(plan.port(), "attacker.example:" + plan.port())).isBetween(400, 499);
  }

  @Test
  void demoDataIsMadeOnceAndAddedTo() {
    ServerProcess server = stage.start(stage.server("demo-data").flags("--open"));
    Cli cli = new Cli(stage.folder("operator"));

    JsonNode made = demoData(cli, server, "2", "4");
    assertThat(made.path("users").asInt()).isEqualTo(1);
    assertThat(made.path("projects").asInt()).isEqualTo(3);
    assertThat(made.path("tasks").asInt()).isEqualTo(4);
    assertThat(made.path("comments").asInt()).isEqualTo(1);

    JsonNode more = demoData(cli, server, "3", "5");
    assertThat(more.path("users").asInt()).isEqualTo(1);
    assertThat(more.path("projects").asInt()).isZero();
    assertThat(more.path("tasks").asInt()).isEqualTo(1);
    assertThat(more.path("comments").asInt()).isZero();

    cli.login(server.url(), "user1@test.com", "testpass123").done();
    assertThat(cli.run("sync", "cleanup", "--dry-run").done()).contains("0 tombstones");
    assertThat(cli.json("users").path("count").asInt()).isEqualTo(3);
  }

  private static JsonNode demoData(Cli cli, ServerProcess server, String users, String tasks) {
    return cli.json(
        "demo-data", "--users", users, "--tasks", tasks, "--server", server.url().toString());
  }

  @Test
  void itRefusesToListenForOthers() {
    Program refused =
        stage.start(
            "refused",
            Map.of(),
            stage
                .server("refused")
                .flags("--open", "--host", "0.0.0.0")
                .args()
                .toArray(String[]::new));

    assertThat(refused.exitCode()).isEqualTo(2);
    assertThat(refused.err()).contains("open", "0.0.0.0", "muster.open.anywhere");
  }

  private static String state(FakeDevice device) {
    return device
        .rest()
        .get("/devices/" + device.id() + "/status")
        .expect(200)
        .path("state")
        .asText();
  }

  /// Asks with a Host header, which Java's own client does not let us choose.
  private static int statusOf(int port, String host) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket
          .getOutputStream()
          .write(
              "GET /devices HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n"
                  .formatted(host)
                  .getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      return Integer.parseInt(answer.split(" ", 3)[1]);
    }
  }
}
