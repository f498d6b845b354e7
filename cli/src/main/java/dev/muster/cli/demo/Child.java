package dev.muster.cli.demo;

import dev.muster.cli.client.Failure;
import dev.muster.cli.client.Private;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A process that lives no longer than this one, whatever ends this one.
///
/// The program runs below a shell that holds the read end of a pipe from us. When the pipe closes,
/// because we asked for the end or because we were killed, the shell ends the program with SIGTERM.
/// A shutdown hook alone would leave the program behind after SIGKILL, and a parent id as an
/// argument would ask something of every program. SIGINT and SIGHUP, which a terminal sends to all
/// of us at once, are ignored below the shell: the order in which things stop stays ours.
final class Child {

  private static final String UNTIL_THE_PIPE_CLOSES =
      """
      trap '' INT HUP
      exec 3<&0
      "$@" </dev/null 3<&- &
      program=$!
      trap 'kill -TERM "$program" 2>/dev/null' TERM
      ( trap - TERM; while read -r _ <&3; do :; done; kill -TERM "$program" 2>/dev/null ) &
      watcher=$!
      code=0
      while kill -0 "$program" 2>/dev/null; do wait "$program"; code=$?; done
      kill "$watcher" 2>/dev/null
      exit "$code"
      """;

  private final String name;
  private final Path log;
  private final Process process;

  private Child(String name, Path log, Process process) {
    this.name = name;
    this.log = log;
    this.process = process;
  }

  /// Starts a program with both its outputs appended to `log`. `environment` may hold secrets:
  /// unlike arguments they are not shown to other users of the machine.
  static Child start(String name, Path log, Map<String, String> environment, List<String> program) {
    var command =
        new ArrayList<>(List.of("/bin/sh", "-c", UNTIL_THE_PIPE_CLOSES, "muster-" + name));
    command.addAll(program);
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    try {
      Files.createDirectories(log.toAbsolutePath().getParent());
      builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
      return new Child(name, log, builder.start());
    } catch (IOException e) {
      throw new Failure.Local("Cannot start the " + name + ": " + Private.reason(e), e);
    }
  }

  /// Fails, with the end of its log, when the program is no longer there.
  void requireAlive() {
    if (!process.isAlive()) {
      throw new Failure.Local(
          "The " + name + " has ended. The end of " + log + ":\n" + tail().indent(2), null);
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /// The last lines of the log.
  private String tail() {
    try {
      List<String> lines = Files.readAllLines(log);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
    } catch (IOException e) {
      return "(the log cannot be read)";
    }
  }

  /// Ends the program: asks by closing the pipe, waits, and after `patience` takes it and all that
  /// it started away. Returns when nothing of it is left.
  void stop(Duration patience) {
    List<ProcessHandle> all = process.descendants().toList();
    try {
      process.getOutputStream().close();
      if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        all.forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
      }
    } catch (IOException e) {
      process.destroy();
    } catch (InterruptedException e) {
      all.forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
