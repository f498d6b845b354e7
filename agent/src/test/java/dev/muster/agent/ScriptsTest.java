package dev.muster.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.agent.core.CommandResult;
import dev.muster.agent.core.CommandResult.Outcome;
import dev.muster.protocol.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Real scripts.
@Timeout(60)
class ScriptsTest {
  private static final Duration LIMIT = Duration.ofSeconds(50);

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path directory;

  private static String output(CommandResult result) {
    return result.data().fields().get("output") instanceof Json.Text text ? text.value() : "";
  }

  @Test
  void whatAScriptPrintsOnBothChannelsComesBack() throws Exception {
    CommandResult result = Scripts.run("echo out; echo err >&2; cat", LIMIT);
    assertThat(result.outcome()).isEqualTo(Outcome.SUCCESS);
    assertThat(output(result)).isEqualTo("out\nerr\n");
    assertThat(result.data().fields()).containsEntry("output_cut", Json.of(false));
  }

  @Test
  void anExitCodeOtherThanZeroIsAFailure() throws Exception {
    CommandResult result = Scripts.run("echo why; exit 3", LIMIT);
    assertThat(result.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(result.message()).isEqualTo("the script ended with exit code 3");
    assertThat(output(result)).isEqualTo("why\n");
  }

  @Test
  void tooMuchOutputIsCutAndDoesNotStopTheScript() throws Exception {
    Path marker = directory.resolve("marker");
    CommandResult result =
        Scripts.run("head -c 200000 /dev/zero | tr '\\0' x; echo end > " + marker, LIMIT);
    assertThat(result.outcome()).isEqualTo(Outcome.SUCCESS);
    assertThat(output(result)).hasSize(64 * 1024);
    assertThat(result.data().fields()).containsEntry("output_cut", Json.of(true));
    assertThat(marker).exists();
  }

  @Test
  void outputThatGrowsAsJsonIsCutToFit() throws Exception {
    CommandResult result = Scripts.run("head -c 65536 /dev/zero | tr '\\0' '\\1'", LIMIT);
    assertThat(output(result)).isEqualTo("\u0001".repeat(41_666));
    assertThat(result.data().fields()).containsEntry("output_cut", Json.of(true));
  }

  @Test
  void outputThatIsNoTextIsKeptAsFarAsItIs() throws Exception {
    assertThat(output(Scripts.run("printf 'a\\0b\\377c'", LIMIT))).isEqualTo("a\uFFFDb\uFFFDc");
  }

  @Test
  void aScriptThatTakesTooLongIsStopped() throws Exception {
    CommandResult result = Scripts.run("echo begun; sleep 1000", Duration.ofMillis(300));
    assertThat(result.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(result.message()).contains("did not end within");
  }

  @Test
  void whatItLeavesBehindHoldsNothingUp() throws Exception {
    CommandResult result = Scripts.run("sleep 5 & echo done", LIMIT);
    assertThat(result.outcome()).isEqualTo(Outcome.SUCCESS);
  }

  @Test
  void anInterruptionKillsItAndItsChildren() throws Exception {
    Path pids = directory.resolve("pids");
    FutureTask<CommandResult> run =
        new FutureTask<>(() ->
            Scripts.run(
                "sleep 1000 & echo $! > " + pids + ".new; mv " + pids + ".new " + pids + "; wait",
                LIMIT));
    Thread thread = Thread.ofVirtual().start(run);
    while (!Files.exists(pids)) {
      Thread.onSpinWait();
    }
    thread.interrupt();
    assertThatThrownBy(run::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(InterruptedException.class);
    long child = Long.parseLong(Files.readString(pids).strip());
    ProcessHandle.of(child).ifPresent(process -> process.onExit().join());
    assertThat(ProcessHandle.of(child)).isEmpty();
  }

  @Test
  void itSeesNoCredentialOfTheAgent() throws Exception {
    assertThat(output(Scripts.run("env", LIMIT))).doesNotContain("MUSTER_");
  }
}
