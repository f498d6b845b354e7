package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.cli.client.Caller;
import dev.muster.cli.client.Session;
import dev.muster.cli.fleet.Answers;
import dev.muster.cli.fleet.Fleet;
import dev.muster.cli.fleet.Polling;
import dev.muster.fleet.ActionInfo;
import dev.muster.fleet.ActionStatus;
import dev.muster.fleet.GetDeviceActionStatusResponse;
import io.grpc.Status;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PollingTest extends FleetCliTest {

  private final StringWriter out = new StringWriter();

  private static GetDeviceActionStatusResponse answer(
      ActionStatus status, int percent, String text) {
    return GetDeviceActionStatusResponse.newBuilder()
        .setActionInfo(
            ActionInfo.newBuilder()
                .setActionId("action_1_1")
                .setStatus(status)
                .setProgressPercent(percent)
                .setProgressText(text))
        .build();
  }

  private int pollOnTerminal() {
    var peer = new Fleet.Peer(fleet.address(), Optional.empty(), Caller.of(Session.ANONYMOUS));
    var answers =
        new Answers(
            new PrintWriter(out), new PrintWriter(out), false, true, InstantSource.fixed(NOW));
    try (var service = new Fleet(() -> peer)) {
      return new Polling(service, answers, "action_1_1", 0.001).untilItEnds();
    }
  }

  @Test
  void onATerminalTheLineIsDrawnOverItself() {
    var asked = new AtomicInteger();
    fleet.on(
        "GetDeviceActionStatus",
        (_, to) -> {
          to.onNext(
              switch (asked.getAndIncrement()) {
                case 0 -> answer(ActionStatus.PENDING, -1, "");
                case 1 -> answer(ActionStatus.RUNNING, 40, "copying\r");
                case 2 -> answer(ActionStatus.RUNNING, 90, "");
                default -> answer(ActionStatus.COMPLETED, 100, "");
              });
          to.onCompleted();
        });

    assertThat(pollOnTerminal()).isZero();

    assertThat(out)
        .hasToString(
            """
            Polling action 'action_1_1' (interval: 0.001s)...
            Press Ctrl+C to stop polling
            """
                + "\r[12:00:00] Status: PENDING"
                + "\r[12:00:00] Status: RUNNING 40 % copying·"
                + "\r[12:00:00] Status: RUNNING 90 %         "
                + "\r[12:00:00] Status: COMPLETED 100 %\n"
                + "✓ Action completed successfully!\n");
  }

  @Test
  void aServerThatIsRestartedMeanwhileDoesNotEndIt() {
    var asked = new AtomicInteger();
    fleet.on(
        "GetDeviceActionStatus",
        (_, to) -> {
          int n = asked.getAndIncrement();
          if (n == 1 || n == 2) {
            to.onError(Status.UNAVAILABLE.withDescription("going down").asRuntimeException());
          } else {
            to.onNext(answer(n == 0 ? ActionStatus.RUNNING : ActionStatus.COMPLETED, 0, ""));
            to.onCompleted();
          }
        });

    Ran ran = onFleet("poll-action", "action_1_1", "--interval", "0.001");

    assertThat(ran.code()).isZero();
    assertThat(ran.lines()).last().isEqualTo("✓ Action completed successfully!");
  }

  @Test
  void norDoesALoginThatCannotBeRenewedMeanwhile() {
    var asked = new AtomicInteger();
    logIn();
    introduce(false);
    server
        .on("POST /api/auth/refresh/", 200, "<html>Back soon</html>")
        .on(
            "POST /api/auth/refresh/",
            200,
            "{\"access\": \"access-2\", \"refresh\": \"refresh-2\"}");
    fleet.on(
        "GetDeviceActionStatus",
        (_, to) -> {
          int n = asked.getAndIncrement();
          if (n == 1 || n == 2) {
            to.onError(Status.UNAUTHENTICATED.asRuntimeException());
          } else {
            to.onNext(answer(n == 0 ? ActionStatus.RUNNING : ActionStatus.COMPLETED, 0, ""));
            to.onCompleted();
          }
        });

    Ran ran = run("poll-action", "action_1_1", "--interval", "0.001");

    assertThat(ran.code()).isZero();
    assertThat(ran.lines()).last().isEqualTo("✓ Action completed successfully!");
    assertThat(asked).hasValue(4);
  }

  @Test
  void aServerThatRefusesTheFirstQuestionEndsIt() {
    fleet.refuse("GetDeviceActionStatus", Status.UNAVAILABLE.withDescription("too busy"));

    Ran ran = onFleet("poll-action", "action_1_1");

    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.lines()).last().isEqualTo("✗ gRPC error: StatusCode.UNAVAILABLE - too busy");
  }

  @Test
  void ctrlCEndsItWithASentence() throws Exception {
    fleet.on("GetDeviceActionStatus", answer(ActionStatus.RUNNING, 0, ""));
    List<String> command = new ArrayList<>(hearingCtrlC());
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            "dev.muster.cli.Main",
            "poll-action",
            "action_1_1",
            "--interval",
            "3600",
            "--server",
            fleet.address().toString()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (var lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      assertThat(lines.readLine()).startsWith("Polling action 'action_1_1' (interval: 3600.0s)");
      assertThat(lines.readLine()).isEqualTo("Press Ctrl+C to stop polling");
      assertThat(lines.readLine()).endsWith("Status: RUNNING");

      new ProcessBuilder("kill", "-INT", String.valueOf(process.pid())).start().waitFor();

      assertThat(lines.readLine())
          .isEqualTo(
              "Polling stopped; the action goes on. Ask again with: muster action-status action_1_1");
      assertThat(lines.readLine()).isNull();
      assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(130);
    } finally {
      process.destroyForcibly();
    }
  }

  /// What a command is to begin with that shall end on Ctrl-C although this test was begun in the
  /// background, where a shell has it ignored; nothing where `env` cannot do it.
  private static List<String> hearingCtrlC() throws Exception {
    List<String> env = List.of("env", "--default-signal=INT");
    Process known =
        new ProcessBuilder("env", "--default-signal=INT", "true").redirectErrorStream(true).start();
    known.getInputStream().readAllBytes();
    return known.waitFor() == 0 ? env : List.of();
  }
}
