package dev.muster.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The loop as an operator sees it: a server, fleets and a command line.
class FleetTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final Stage STAGE = new Stage(FleetTest.class);

  @SuppressWarnings("NullAway.Init")
  private static ServerProcess server;

  private static final Cli CLI = new Cli(STAGE.folder("operator"));

  @BeforeAll
  static void start() {
    server = STAGE.start(STAGE.server("server"));
    CLI.login(server.url(), ServerPlan.ADMIN, ServerPlan.PASSWORD).done();
  }

  @AfterAll
  static void stop() throws Exception {
    STAGE.close();
  }

  /// A policy for a group of its own, and the file of a token that lets devices into it.
  private static Path token(String name, int devices) {
    CLI.run("policy", "create", name, "--type", "RESTRICTIONS").done();
    CLI.run("policy", "set", name, "cameraDisabled=true", "passwordMinLength=8").done();
    CLI.run("groups", "create", name).done();
    CLI.run("policy", "assign", name, "--group", name).done();
    Path file = STAGE.folder(name + "-token");
    CLI.run(
            "enroll-token",
            "create",
            "--uses",
            Integer.toString(devices),
            "--group",
            name,
            "--out",
            file.toString())
        .done();
    return file;
  }

  private static Program simulate(String name, Path token, String... flags) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "simulate",
                "--server",
                server.url().toString(),
                "--token-file",
                token.toString(),
                "--state",
                STAGE.folder(name).resolve("state").toString(),
                "--offline",
                "0%",
                "--quirks",
                "0%"));
    words.addAll(List.of(flags));
    return STAGE.start(name, Map.of(), words.toArray(String[]::new));
  }

  /// The rows of compliance of a group's devices.
  private static List<JsonNode> rows(String group) {
    List<String> members =
        CLI.json("devices", "--group", group)
            .path("results")
            .valueStream()
            .map(device -> device.path("device_id").asText())
            .toList();
    return CLI.json("compliance", "list")
        .path("results")
        .valueStream()
        .filter(row -> members.contains(row.path("device_id").asText()))
        .toList();
  }

  private static List<String> states(List<JsonNode> rows) {
    return rows.stream().map(row -> row.path("state").asText()).toList();
  }

  @Test
  void aFleetBecomesCompliantAndFollowsItsPolicyWithinSeconds() {
    Path token = token("kiosk", 25);
    // Between two check-ins lie five minutes: what comes sooner came by the doorbell.
    Program fleet =
        simulate("kiosk", token, "--devices", "25", "--drift", "0%", "--interval", "5m");
    Await.until(
        SOON,
        () ->
            assertThat(states(rows("kiosk")))
                .as(fleet.said())
                .hasSize(25)
                .containsOnly("COMPLIANT"));
    long before = rows("kiosk").getFirst().path("desired_version").asLong();

    fleet.signal("STOP"); // so that it cannot be quicker than we look
    assertThat(CLI.run("policy", "set", "kiosk", "cameraDisabled=false").done())
        .contains("kiosk is at version 2");
    assertThat(states(rows("kiosk"))).hasSize(25).containsOnly("STALE");

    fleet.signal("CONT");
    Await.until(
        SOON,
        () ->
            assertThat(rows("kiosk"))
                .hasSize(25)
                .allSatisfy(row -> {
                  assertThat(row.path("state").asText()).isEqualTo("COMPLIANT");
                  assertThat(row.path("desired_version").asLong()).isEqualTo(before + 1);
                  assertThat(row.path("reported_version").asLong()).isEqualTo(before + 1);
                }));
    String device = rows("kiosk").getFirst().path("device_id").asText();
    assertThat(CLI.json("devices", "show", device).at("/status/lastReport/settings/cameraDisabled"))
        .hasToString("false");
    Await.until(
        SOON,
        () ->
            assertThat(
                    CLI.json("policy", "jobs", "kiosk")
                        .path("results")
                        .valueStream()
                        .filter(job -> job.path("version").asLong() == before + 1)
                        .map(job -> job.path("status").asText()))
                .hasSize(25)
                .containsOnly("SUCCESS"));
    assertThat(fleet.stop()).as(fleet.said()).isIn(0, 143);
  }

  @Test
  void aSettingThatUsersChangeBackIsSeen() {
    Path token = token("wayward", 3);
    simulate("wayward", token, "--devices", "3", "--drift", "100%", "--interval", "1s");

    JsonNode drift =
        Await.get(
            SOON,
            () -> {
              JsonNode row = CLI.json("devices", "--state", "NON_COMPLIANT").at("/results/0");
              assertThat(row.path("drift")).isNotEmpty();
              return row.at("/drift/0");
            });

    assertThat(drift.path("setting").asText()).isIn("cameraDisabled", "passwordMinLength");
    assertThat(drift.path("actual")).isNotEqualTo(drift.path("desired"));
  }

  @Test
  void anAgentThatIsKilledIsTheSameDeviceWhenItComesBack() throws Exception {
    Path token = token("lobby", 1);
    String[] command = {
      "agent",
      "--server",
      server.url().toString(),
      "--token-file",
      token.toString(),
      "--state",
      STAGE.folder("agent").resolve("state").toString(),
      "--interval",
      "1s"
    };
    Program agent = STAGE.start("agent", Map.of(), command);
    Await.until(
        SOON, () -> assertThat(agent.out()).contains("Enrolled as ", "all as it should be"));

    agent.kill();
    Files.writeString(token, "me_of_no_use"); // nor is the first one, which lets in one device
    Program again = STAGE.start("agent", Map.of(), command);

    Await.until(SOON, () -> assertThat(again.out()).contains("all as it should be"));
    assertThat(again.out()).doesNotContain("Enrolled as ");
    assertThat(CLI.json("devices", "--group", "lobby").path("count").asInt()).isEqualTo(1);
  }

  @Test
  void exitCodesTellARefusalFromWrongUsage() {
    Cli.Ran refused = CLI.run("policy", "show", "nowhere");
    Cli.Ran wrong = CLI.run("policy", "set", "kiosk");
    Cli.Ran outOfRange = CLI.run("policy", "set", "defaults", "passwordMinLength=6000");
    Cli.Ran stranger =
        new Cli(STAGE.folder("stranger")).run("devices", "--server", server.url().toString());

    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.out()).isEmpty();
    assertThat(refused.err()).isNotBlank().doesNotContain("Exception");
    assertThat(wrong.code()).isEqualTo(2);
    assertThat(outOfRange.code()).isNotZero();
    assertThat(outOfRange.err()).contains("passwordMinLength", "64");
    assertThat(stranger.code()).isEqualTo(1);
    assertThat(stranger.err()).contains("muster login");
  }
}
