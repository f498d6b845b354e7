package dev.muster.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.agent.core.AgentClock;
import dev.muster.agent.core.Bell;
import dev.muster.agent.core.Command;
import dev.muster.agent.core.CommandResult;
import dev.muster.agent.core.CommandResult.Outcome;
import dev.muster.protocol.Json;
import dev.muster.protocol.Observed;
import dev.muster.protocol.Platform;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SimulatedCommandsTest {
  private static final String APP = "com.example.kiosk";

  private final SimulatedEnforcer device =
      new SimulatedEnforcer(SimulatedModel.of(Platform.ANDROID, 0), Quirks.NONE, 0, () -> 0.5);
  private final AgentLog log = new AgentLog(5);
  private final List<Duration> slept = new ArrayList<>();
  private final List<Integer> percents = new ArrayList<>();
  private final AgentClock clock =
      new AgentClock() {
        @Override
        public Instant now() {
          return Instant.EPOCH;
        }

        @Override
        public void await(Bell bell, Duration limit) {
          slept.add(limit);
        }

        @Override
        public void sleep(Duration time) {
          slept.add(time);
        }
      };

  private CommandResult run(String action, Map<String, String> parameters) throws Exception {
    return run(Pace.AT_ONCE, false, action, parameters);
  }

  private CommandResult run(
      Pace pace, boolean scripts, String action, Map<String, String> parameters) throws Exception {
    return new SimulatedCommands(device, log, pace, scripts, clock, () -> 0.5)
        .execute(
            new Command("r1", "d1", action, parameters), (percent, _) -> percents.add(percent));
  }

  private Json reported(String setting) {
    return device.observe().get(setting) instanceof Observed.Value(Json value) ? value : Json.NULL;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ping",
        "ring",
        "lock",
        "system_reboot",
        "software_update",
        "firmware_update",
        "configuration_change",
        "list_packages",
        "collect_logs"
      })
  void whatNeedsNothingSucceeds(String action) throws Exception {
    assertThat(run(action, Map.of()).outcome()).isEqualTo(Outcome.SUCCESS);
    assertThat(slept).isEmpty();
  }

  @Test
  void anActionThatItDoesNotKnowIsUnsupported() throws Exception {
    assertThat(run("self_destruct", Map.of()))
        .isEqualTo(CommandResult.unsupported("this agent does not know self_destruct"));
  }

  @Test
  void anInstalledAppIsFoundByCommandsAndReported() throws Exception {
    assertThat(run("launch_app", Map.of("package", APP)).outcome()).isEqualTo(Outcome.FAILED);
    run("install_app", Map.of("package", APP, "url", "https://example.com/a.apk"));
    assertThat(run("launch_app", Map.of("package", APP)).outcome()).isEqualTo(Outcome.SUCCESS);
    assertThat(run("restart_app", Map.of("package", APP)).outcome()).isEqualTo(Outcome.SUCCESS);
    assertThat(
            run("grant_permissions", Map.of("package", APP, "permissions", "camera,location"))
                .message())
        .isEqualTo(APP + " was granted camera, location");
    assertThat(run("list_packages", Map.of()).data().canonical()).contains(APP);
    assertThat(reported("appsRequired").canonical()).contains(APP);

    run("uninstall_app", Map.of("package", APP));
    assertThat(reported("appsRequired").canonical()).doesNotContain(APP);
    assertThat(run("uninstall_app", Map.of("package", APP)))
        .isEqualTo(CommandResult.success(APP + " was not installed"));
  }

  @ParameterizedTest
  @CsvSource({
    "launch_app, package, ''",
    "install_app, package, two words",
    "collect_logs, lines, 0",
    "collect_logs, lines, many",
    "ring, seconds, 3601",
    "ring, seconds, -1"
  })
  void aWrongParameterIsNamed(String action, String parameter, String value) {
    assertThatThrownBy(() -> run(action, Map.of(parameter, value)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("the parameter " + parameter);
  }

  @Test
  void logsAreTheNewestLinesWithoutCredentials() throws Exception {
    for (int i = 1; i <= 7; i++) {
      log.add("line " + i);
    }
    log.add("refused md_0193-abc_secretsecret and me_x.y");
    CommandResult result = run("collect_logs", Map.of("lines", "2"));
    assertThat(result.data())
        .isEqualTo(
            Json.obj(
                Map.of("lines", Json.texts(List.of("line 7", "refused ******** and me_x.y")))));
    assertThat(run("collect_logs", Map.of()).message()).isEqualTo("5 lines");
  }

  @Test
  void ofMoreLogsThanFitTheNewestLinesAreSent() throws Exception {
    AgentLog much = new AgentLog(400);
    for (int i = 0; i < 400; i++) {
      much.add(i + "x".repeat(2000));
    }
    CommandResult result =
        new SimulatedCommands(device, much, Pace.AT_ONCE, false, clock, () -> 0.5)
            .execute(new Command("r1", "d1", "collect_logs", Map.of("lines", "400")), (_, _) -> {});
    assertThat(result.message()).isEqualTo("249 lines, all that fit of 400");
    assertThat(result.data()).isEqualTo(Json.obj(Map.of("lines", Json.texts(much.newest(249)))));
  }

  @Test
  void aScriptRunsWhereItIsAllowedAndNowhereElse() throws Exception {
    Map<String, String> script = Map.of("script", "echo hello", "seconds", "30");
    assertThat(run("run_script", script).outcome()).isEqualTo(Outcome.REFUSED);
    assertThat(run("run_script", script).message()).contains("--allow-scripts");
    assertThat(run(Pace.AT_ONCE, true, "run_script", script).data().canonical()).contains("hello");
  }

  @Test
  void anErasedDeviceIsAsItCameOutOfTheBoxAndLeaves() throws Exception {
    run("install_app", Map.of("package", APP));
    device.enforce(Json.obj(Map.of("passwordMinLength", Json.of(8))));
    assertThat(run("wipe", Map.of("confirm", "d1")).leaves()).isTrue();
    assertThat(device.has(APP)).isFalse();
    assertThat(reported("passwordMinLength")).isEqualTo(Json.of(0));
  }

  @Test
  void aCommandTakesItsTimeAndTellsHowFarItIs() throws Exception {
    run(new Pace(Duration.ofSeconds(2), 1), false, "ping", Map.of());
    assertThat(slept).hasSize(4).containsOnly(Duration.ofMillis(500));
    assertThat(percents).containsExactly(25, 50, 75);
  }

  @Test
  void aShareOfTheCommandsFails() throws Exception {
    assertThat(run(new Pace(Duration.ZERO, 0.5), false, "ping", Map.of()).outcome())
        .isEqualTo(Outcome.FAILED);
    assertThat(run(new Pace(Duration.ZERO, 0.51), false, "ping", Map.of()).outcome())
        .isEqualTo(Outcome.SUCCESS);
  }

  @Test
  void onlyWhatDoesNoHarmTwiceIsRunAgainAfterACrash() {
    SimulatedCommands commands =
        new SimulatedCommands(device, log, Pace.AT_ONCE, true, clock, () -> 0.5);
    assertThat(List.of("ping", "ring", "lock", "collect_logs", "list_packages"))
        .allMatch(commands::mayRepeat);
    assertThat(List.of("wipe", "run_script", "system_reboot", "install_app", "unknown"))
        .noneMatch(commands::mayRepeat);
  }
}
