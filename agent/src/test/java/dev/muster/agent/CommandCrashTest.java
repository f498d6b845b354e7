package dev.muster.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.protocol.Json;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The agent as a process that is killed at every moment of a command: its result arrives, once.
@Timeout(120)
class CommandCrashTest {
  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path directory;

  private final FakeServer server = new FakeServer();
  private final FakeCommands commands = server.commands();

  CommandCrashTest() throws IOException {}

  @AfterEach
  void stop() {
    server.close();
  }

  private Process start() throws IOException {
    return AgentProcess.start(
        directory,
        server,
        "",
        Redirect.to(directory.resolve("output").toFile()),
        "agent",
        "--allow-scripts",
        "--interval",
        "200ms");
  }

  private static void kill(Process agent) throws InterruptedException {
    agent.destroyForcibly();
    agent.waitFor();
  }

  private void script(String request, String script) {
    commands.dispatch("d0", request, "run_script", Map.of("script", script));
  }

  /// Tells that it began, and lives until its agent is dead.
  private String endless(Path marker) {
    return "echo began >> " + marker + "; while kill -0 $PPID 2>/dev/null; do sleep 0.05; done";
  }

  private static String field(Json.Obj result, String key) {
    return ((Json.Text) result.fields().getOrDefault(key, Json.of("-"))).value();
  }

  @Test
  void aCommandIsCarriedOutAndItsResultArrives() throws Exception {
    commands.dispatch("d0", "action_1-1", "ping", Map.of());
    script("action_2-1", "echo hello");
    Process agent = start();
    assertThat(field(commands.awaitResult("action_1-1"), "outcome")).isEqualTo("success");
    Json.Obj result = commands.awaitResult("action_2-1");
    assertThat(result.fields().get("data"))
        .isEqualTo(Json.obj(Map.of("output", Json.of("hello\n"), "output_cut", Json.of(false))));
    kill(agent);
  }

  @Test
  void killedWhileACommandRunsItSaysSoAndDoesNotRunItAgain() throws Exception {
    Path marker = directory.resolve("marker");
    script("action_1-1", endless(marker));
    Process first = start();
    commands.awaitProgress("action_1-1");
    while (!Files.exists(marker)) {
      Thread.onSpinWait();
    }
    kill(first);
    assertThat(commands.resultsOf("action_1-1")).isZero();

    Process second = start();
    Json.Obj result = commands.awaitResult("action_1-1");
    assertThat(field(result, "outcome")).isEqualTo("failed");
    assertThat(field(result, "message")).isEqualTo("the agent was stopped while it ran");
    assertThat(Files.readAllLines(marker)).hasSize(1);
    kill(second);
  }

  @Test
  void killedBetweenExecutingAndReportingTheResultStillArrivesOnce() throws Exception {
    Path marker = directory.resolve("marker");
    commands.answerResultsWith(503);
    script("action_1-1", "echo done >> " + marker);
    Process first = start();
    commands.awaitPosts("action_1-1", 1);
    kill(first);
    assertThat(commands.resultsOf("action_1-1")).isZero();

    commands.answerResultsWith(200);
    Process second = start();
    assertThat(field(commands.awaitResult("action_1-1"), "outcome")).isEqualTo("success");
    assertThat(Files.readAllLines(marker)).hasSize(1);
    kill(second);
  }

  @Test
  void killedWhileAResultIsPostedItIsPostedAgainAndCountsOnce() throws Exception {
    Path marker = directory.resolve("marker");
    commands.answerNoResult(true);
    script("action_1-1", "echo done >> " + marker);
    Process first = start();
    commands.awaitPosts("action_1-1", 1);
    kill(first);

    commands.answerNoResult(false);
    int posts = commands.posts("action_1-1");
    Process second = start();
    commands.awaitPosts("action_1-1", posts + 1);
    script("action_2-1", "true");
    commands.awaitResult("action_2-1");
    assertThat(commands.resultsOf("action_1-1")).isEqualTo(1);
    assertThat(Files.readAllLines(marker)).hasSize(1);
    kill(second);
  }

  @Test
  void aCommandThatIsSentAgainAfterARestartIsNotDoneAgain() throws Exception {
    Path marker = directory.resolve("marker");
    script("action_1-1", "echo done >> " + marker);
    Process first = start();
    commands.awaitResult("action_1-1");
    script("action_2-1", "true");
    commands.awaitResult("action_2-1"); // in order: the first one is settled by now
    kill(first);

    int posts = commands.posts("action_1-1");
    script("action_1-1", "echo done >> " + marker);
    Process second = start();
    commands.awaitPosts("action_1-1", posts + 1);
    kill(second);
    assertThat(Files.readAllLines(marker)).hasSize(1);
  }

  @Test
  void killedAgainAndAgainEachCommandRunsAtMostOnceAndHasOneResult() throws Exception {
    Path marker = directory.resolve("marker");
    int count = 40;
    for (int i = 0; i < count; i++) {
      script("action_" + i + "-1", "echo " + i + " >> " + marker);
    }
    for (int kills = 1; kills <= 5; kills++) {
      int enough = 6 * kills;
      Process agent = start();
      commands.await(results -> results.size() >= enough);
      kill(agent);
    }
    Process last = start();
    commands.await(results -> results.size() == count);
    kill(last);

    List<String> ran = Files.readAllLines(marker);
    assertThat(ran).doesNotHaveDuplicates();
    assertThat(commands.contradictions()).isEmpty();
    for (int i = 0; i < count; i++) {
      Json.Obj result = commands.awaitResult("action_" + i + "-1");
      if (field(result, "outcome").equals("success")) {
        assertThat(ran).contains(String.valueOf(i));
      } else {
        assertThat(field(result, "message")).isEqualTo("the agent was stopped while it ran");
      }
    }
  }
}
