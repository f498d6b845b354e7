package dev.muster.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The workflow that people script, by the very script, with real processes: a server in open mode
/// that simulates the agents of its devices.
class FleetScriptTest {
  private static final Stage STAGE = new Stage(FleetScriptTest.class);
  private static final Path SCRIPT = Path.of("src/test/resources/fleet-workflow.sh");

  @SuppressWarnings("NullAway.Init")
  private static ServerPlan plan;

  @BeforeAll
  static void start() {
    plan =
        STAGE
            .server("server")
            .flags("--open")
            .set("MUSTER_ACTION_SIMULATE", "true")
            .set("MUSTER_ACTION_SIMULATOR_SHORTEST", "1s")
            .set("MUSTER_ACTION_SIMULATOR_LONGEST", "2s")
            .set("MUSTER_ACTION_SIMULATOR_SUCCESS", "1");
    STAGE.start(plan);
  }

  @AfterAll
  static void stop() throws Exception {
    STAGE.close();
  }

  @Test
  void theWorkflowRunsAsAScript() throws Exception {
    String said = run("localhost:" + plan.grpcPort());

    assertThat(said)
        .contains(
            "✓ Device 'kiosk-17' registered successfully",
            "  Name:          Kiosk 17",
            "✓ Device 'kiosk-17' status updated:\n  Previous: IDLE\n  Current:  MAINTENANCE",
            "    version = 2.1.0",
            "✓ Action completed successfully!",
            "Registered Devices (1 total):")
        .containsPattern("The id is action_[0-9]+_[0-9]+\\.")
        .containsPattern("kiosk-17 +Kiosk 17 +kiosk +IDLE +None")
        .doesNotContain("\u001b", "✗");
  }

  private static String run(String server) throws IOException, InterruptedException {
    Path out = STAGE.folder("script").resolve("out");
    Files.createDirectories(out.getParent());
    var builder =
        new ProcessBuilder("sh", SCRIPT.toString())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("MUSTER_"));
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("BUILDING_MUSTER", "yes");
    builder.environment().put("XDG_CONFIG_HOME", STAGE.folder("script").toString());
    builder.environment().put("MUSTER", Program.ROOT.resolve("muster").toString());
    builder.environment().put("SERVER", server);
    Process script = builder.start();
    try {
      assertThat(script.waitFor(120, TimeUnit.SECONDS)).as("it ends").isTrue();
    } finally {
      script.destroyForcibly();
    }
    String said = Files.readString(out);
    assertThat(script.exitValue()).as(said).isZero();
    return said;
  }
}
