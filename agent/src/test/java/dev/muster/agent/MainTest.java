package dev.muster.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.agent.core.AgentEvent;
import dev.muster.agent.core.CommandResult;
import dev.muster.protocol.Drift;
import dev.muster.protocol.Json;
import dev.muster.protocol.Platform;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

class MainTest {
  private record Ran(int code, String out, String err) {}

  private static Ran run(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine main = Main.commandLine();
    main.setUsageHelpAutoWidth(false).setUsageHelpWidth(300);
    main.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    int code = main.execute(args);
    return new Ran(code, out.toString(), err.toString());
  }

  @Test
  void helpTellsEveryOptionAndItsDefault() {
    Ran help = run("simulate", "--help");
    assertThat(help.code()).isZero();
    assertThat(help.out())
        .contains("--devices", "--server", "--state", "--token-file", "--drift", "--offline")
        .contains("--quirks", "--interval", "--platform-mix", "MUSTER_ENROLL_TOKEN")
        .contains("--command-time", "default: 200ms", "--command-success", "default: 100%")
        .contains("--heartbeat-interval", "--app-crashes", "default: 1%")
        .contains("http://localhost:8080", "default: 25", "at most 95%)", "--drift 2% --offline");
    assertThat(run("agent", "--help").out())
        .contains(
            "--alias", "ANDROID, LINUX", "default: 1m", "--allow-scripts", "--heartbeat-interval");
    assertThat(run("--help").out()).contains("agent", "simulate");
    assertThat(run("--version").out()).startsWith("Muster agent ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "simulate --devices 0",
        "simulate --devices many",
        "simulate --drift 2",
        "simulate --drift 101%",
        "simulate --offline 96%",
        "simulate --interval 10",
        "simulate --command-time 5",
        "simulate --command-success 2",
        "simulate --platform-mix amiga=1",
        "simulate --platform-mix android",
        "simulate --server localhost",
        "simulate --unknown",
        "agent --platform amiga",
        "agent extra",
        "nonsense",
        ""
      })
  void wrongOptionsExitWithTwoAndSaySo(String line) {
    Ran ran = run(line.isEmpty() ? new String[0] : line.split(" ", -1));
    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err()).isNotBlank().doesNotContain("Exception", "\tat ");
  }

  @Test
  void whatCannotBeDoneExitsWithOneAndASentence(@TempDir Path directory) throws IOException {
    Ran missing =
        run("agent", "--state", directory.toString(), "--token-file", directory + "/none");
    assertThat(missing.code()).isEqualTo(1);
    assertThat(missing.err()).isEqualTo("Cannot read the token file " + directory + "/none\n");
    try (StateFolder _ = StateFolder.open(directory)) {
      Ran taken = run("simulate", "--state", directory.toString());
      assertThat(taken.code()).isEqualTo(1);
      assertThat(taken.err()).contains("is in use by another agent or simulator");
    }
  }

  @Test
  void theTokenComesFromTheFileElseFromTheEnvironment(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("token"), "me_file\n");
    ServerOptions options = new ServerOptions();
    Map<String, String> environment = Map.of("MUSTER_ENROLL_TOKEN", "me_variable");
    assertThat(options.enrollmentToken(environment)).isEqualTo("me_variable");
    assertThat(options.enrollmentToken(Map.of())).isNull();
    options.tokenFile = file;
    assertThat(options.enrollmentToken(environment)).isEqualTo("me_file");
    Files.writeString(file, "me_one me_two\n");
    assertThatThrownBy(() -> options.enrollmentToken(environment))
        .hasMessageContaining("must hold an enrollment token")
        .hasMessageNotContaining("me_one");
  }

  @Test
  void timesAndSharesAreReadWithTheirUnits() {
    assertThat(new Converters.Time().convert("500ms")).isEqualTo(Duration.ofMillis(500));
    assertThat(new Converters.Time().convert("10s")).isEqualTo(Duration.ofSeconds(10));
    assertThat(new Converters.Time().convert("5m")).isEqualTo(Duration.ofMinutes(5));
    assertThat(new Converters.Time().convert("1h")).isEqualTo(Duration.ofHours(1));
    assertThat(new Converters.Percent().convert("2%")).isEqualTo(0.02);
    assertThat(new Converters.Percent().convert("0.5%")).isEqualTo(0.005);
    assertThatThrownBy(() -> new Converters.Time().convert("0s"))
        .isInstanceOf(TypeConversionException.class);
  }

  @Test
  void aMixIsKeptAcrossRestartsAndFollowsItsWeights() {
    PlatformMix mix = PlatformMix.parse("android=6, linux=3,windows=1");
    assertThat(mix).isEqualTo(PlatformMix.parse("android=6, linux=3,windows=1"));
    List<Platform> fleet = IntStream.range(0, 100).mapToObj(mix::of).toList();
    assertThat(fleet.stream().filter(Platform.ANDROID::equals)).hasSize(60);
    assertThat(fleet.stream().filter(Platform.WINDOWS::equals)).hasSize(10);
  }

  @Test
  void anAgentTellsWhatHappensInSentences() {
    assertThat(EventLines.line(new AgentEvent.Enrolled("d1"))).isEqualTo("Enrolled as d1");
    assertThat(EventLines.line(new AgentEvent.Synced(3, List.of())))
        .isEqualTo("Policy version 3: all as it should be");
    assertThat(EventLines.line(new AgentEvent.Synced(3, List.of(new Drift("a", Json.of(1), null)))))
        .isEqualTo("Policy version 3: not as it should be in a");
    assertThat(EventLines.line(new AgentEvent.SyncFailed("No", Duration.ofMillis(1500))))
        .isEqualTo("No; trying again in 1.5 s");
  }

  @Test
  void anAgentTellsOfCommandsInSentences() {
    assertThat(
            List.of(
                    new AgentEvent.CommandAccepted("r1", "ping"),
                    new AgentEvent.CommandIgnored("A command was ignored: why"),
                    new AgentEvent.CommandEnded("r1", "ping", CommandResult.success("pong")),
                    new AgentEvent.ResultDelivered("r1"),
                    new AgentEvent.ResultDropped("r1", "why"),
                    new AgentEvent.CommandsDelayed("No", Duration.ofMillis(1500)),
                    new AgentEvent.StoreFailed("Full", Duration.ofMillis(1500)),
                    new AgentEvent.HeartbeatsSent(1),
                    new AgentEvent.HeartbeatsSent(12),
                    new AgentEvent.HeartbeatDropped("why"),
                    new AgentEvent.HeartbeatsDelayed("No", Duration.ofMillis(1500)),
                    new AgentEvent.Erased("d1"))
                .stream()
                .map(EventLines::line))
        .containsExactly(
            "Command ping (r1): accepted",
            "A command was ignored: why",
            "Command ping (r1): success, pong",
            "The server knows what became of r1",
            "The server will not know what became of r1: why",
            "Commands: No; trying again in 1.5 s",
            "Full; trying again in 1.5 s",
            "The server has a heartbeat",
            "The server has 12 heartbeats that were taken earlier",
            "The server will not have a heartbeat: why",
            "Heartbeats: No; trying again in 1.5 s",
            "Erased: this device is no longer d1. It enrolls again when it is started again");
  }

  @Test
  void thisMachineIsRecognised() {
    assertThat(AgentCommand.thisPlatform("Linux")).isEqualTo(Platform.LINUX);
    assertThat(AgentCommand.thisPlatform("Mac OS X")).isEqualTo(Platform.MACOS);
    assertThat(AgentCommand.thisPlatform("Windows 11")).isEqualTo(Platform.WINDOWS);
    assertThat(AgentCommand.thisPlatform("SunOS")).isEqualTo(Platform.OTHER);
    assertThat(AgentCommand.versionNumber("6.8.0-45-generic")).isEqualTo("6.8.0");
    assertThat(AgentCommand.versionNumber("15.6")).isEqualTo("15.6");
    assertThat(AgentCommand.versionNumber("rolling")).isEqualTo("rolling");
  }

  @Test
  void progressIsToldInLines() {
    FleetProgress progress = new FleetProgress(3);
    progress.alreadyEnrolled(0);
    assertThat(progress.enrollment()).isEqualTo("Enrolled 1/3");
    progress.listener(1).accept(new AgentEvent.SyncFailed("Cannot connect", Duration.ZERO));
    assertThat(progress.enrollment()).isEqualTo("Enrolled 1/3; 1 keep trying: Cannot connect");
    for (int number = 1; number < 3; number++) {
      progress.listener(number).accept(new AgentEvent.Enrolled("d" + number));
      progress
          .listener(number)
          .accept(new AgentEvent.Synced(1, List.of(new Drift("a", Json.of(1), null))));
    }
    assertThat(progress.enrollment()).isEqualTo("Enrolled 3/3");
    assertThat(progress.hasSynced(0)).isFalse();
    assertThat(progress.status(2))
        .isEqualTo("3 devices: 2 on, 1 off, 2 not as they should be; 2 check-ins");
    assertThat(progress.status(2)).endsWith("0 check-ins");
    progress.listener(0).accept(new AgentEvent.CommandEnded("r", "a", CommandResult.success("")));
    progress.listener(1).accept(new AgentEvent.HeartbeatsSent(3));
    assertThat(progress.status(2)).endsWith("; 0 check-ins, 3 heartbeats, 1 commands");
    assertThat(progress.status(2)).endsWith("; 0 check-ins");
    progress.listener(0).accept(new AgentEvent.StoreFailed("The disk is full", Duration.ZERO));
    assertThat(progress.status(2)).endsWith("1 keep trying: The disk is full");
  }
}
