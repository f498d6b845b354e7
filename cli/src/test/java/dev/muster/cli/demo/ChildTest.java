package dev.muster.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.cli.client.Failure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildTest {

  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir Path folder;

  /// Starts a shell script that writes its pid to a pipe when it is ready, and waits for that.
  private Started start(String script) throws Exception {
    Path ready = fifo("ready");
    Child child =
        Child.start(
            "program",
            folder.resolve("logs/program.log"),
            Map.of("SECRET_WORD", "hush"),
            List.of("/bin/sh", "-c", script.replace("READY", "echo $$ >'" + ready + "'")));
    long pid = Long.parseLong(Files.readString(ready).strip());
    return new Started(child, ProcessHandle.of(pid).orElseThrow());
  }

  private Path fifo(String name) throws Exception {
    Path fifo = folder.resolve(name);
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
    return fifo;
  }

  private record Started(Child child, ProcessHandle program) {}

  @Test
  void stoppingAsksTheProgramToEnd() throws Exception {
    var started = start("trap 'echo asked; exit 0' TERM; READY; while :; do sleep 0.05; done");

    started.child().stop(LONG);

    assertThat(started.program().isAlive()).isFalse();
    assertThat(started.child().isAlive()).isFalse();
    assertThat(Files.readString(folder.resolve("logs/program.log"))).isEqualTo("asked\n");
  }

  @Test
  void aProgramThatDoesNotEndIsTakenAwayWithAllThatItStarted() throws Exception {
    var started = start("trap '' TERM; sleep 600 & READY; while :; do sleep 0.05; done");
    var below = started.program().descendants().toList();

    started.child().stop(Duration.ofMillis(100));

    started.program().onExit().get(30, TimeUnit.SECONDS);
    for (ProcessHandle process : below) {
      process.onExit().get(30, TimeUnit.SECONDS);
    }
    assertThat(below).isNotEmpty();
  }

  @Test
  void aProgramThatEndsIsReportedWithTheEndOfItsLog() throws Exception {
    Path go = fifo("go");
    var started =
        start(
            "READY; read -r _ <'%s'; echo the word is $SECRET_WORD; echo port taken >&2; exit 3"
                .formatted(go));
    Files.writeString(go, "go\n");
    started.program().onExit().get(30, TimeUnit.SECONDS);

    started.child().stop(LONG);

    assertThatThrownBy(started.child()::requireAlive)
        .isInstanceOf(Failure.Local.class)
        .hasMessageContaining("The program has ended.")
        .hasMessageContaining("the word is hush\n  port taken");
  }

  @Test
  void aProgramThatCannotStartIsReported() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));

    assertThatThrownBy(
            () -> Child.start("program", file.resolve("log"), Map.of(), List.of("/bin/true")))
        .isInstanceOf(Failure.Local.class)
        .hasMessageContaining("Cannot start the program");
  }
}
