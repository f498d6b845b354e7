package dev.muster.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.protocol.Json;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The agent and the simulator as the processes that they are: stopped, killed, started again.
@Timeout(120)
class ProcessTest {
  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path directory;

  private Process start(FakeServer server, String token, String... command) throws IOException {
    return AgentProcess.start(directory, server, token, Redirect.to(output().toFile()), command);
  }

  private Path output() {
    return directory.resolve("output");
  }

  @Test
  void aFleetThatIsStoppedSaysNothingAndComesBackAsTheSameFleet() throws Exception {
    try (FakeServer server = new FakeServer()) {
      server.requireEnrollmentToken("me_fleet");
      String[] simulate = {
        "simulate", "--devices", "10", "--quirks", "0%", "--drift", "0%", "--offline", "0%"
      };
      Process first = start(server, "me_fleet", simulate);
      server.awaitCompliant(10);
      first.destroy();
      first.waitFor();
      assertThat(Files.readAllLines(output())).allMatch(line -> line.startsWith("Enrolled "));

      server.publish(Json.obj(Map.of("screenLockSeconds", Json.of(120))));
      Process second = start(server, "", simulate);
      server.awaitCompliant(10);
      second.destroy();
      second.waitFor();
      assertThat(server.enrollCalls()).isEqualTo(10);
    }
  }

  @Test
  void anAgentThatIsKilledComesBackAsTheSameDevice() throws Exception {
    try (FakeServer server = new FakeServer()) {
      server.requireEnrollmentToken("me_agent");
      Process first = start(server, "me_agent", "agent", "--alias", "front-desk");
      server.awaitCompliant(1);
      first.destroyForcibly();
      first.waitFor();

      server.publish(Json.obj(Map.of("passwordMinLength", Json.of(10))));
      Process second = AgentProcess.start(directory, server, "", Redirect.PIPE, "agent");
      server.awaitCompliant(1);
      String said = second.inputReader().readLine(); // it says so after the server has heard
      second.destroy();
      second.waitFor();
      assertThat(server.enrollCalls()).isEqualTo(1);
      assertThat(server.enrollments().get("d0"))
          .extracting(enrollment -> enrollment.fields().get("alias"))
          .isEqualTo(Json.of("front-desk"));
      assertThat(said).startsWith("Policy version 2: all as it should be");
    }
  }
}
