package dev.muster.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A running `./muster …`. The launcher becomes the program that it starts, so the process is the
/// program's own: what is sent to it reaches no shell.
final class Program implements AutoCloseable {
  static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> RUNNING.forEach(Program::killWithDescendants)));
  }

  private final String name;
  private final Process process;
  private final Path out;
  private final Path err;

  private Program(String name, Process process, Path out, Path err) {
    this.name = name;
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /// Starts `./muster` with `args`. Of the variables `MUSTER_…` of this process it inherits none.
  ///
  /// @param folder where it runs and leaves its output
  static Program start(Path folder, Map<String, String> environment, List<String> args) {
    return start(folder, environment, args, "");
  }

  /// The same, with something to read from stdin.
  static Program start(
      Path folder, Map<String, String> environment, List<String> args, String input) {
    List<String> command = new ArrayList<>(List.of(ROOT.resolve("muster").toString()));
    command.addAll(args);
    try {
      Files.createDirectories(folder);
      Path out = Files.createTempFile(folder, "muster-", ".out");
      Path err = Files.createTempFile(folder, "muster-", ".err");
      var builder =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      builder.environment().keySet().removeIf(name -> name.startsWith("MUSTER_"));
      builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
      // All is built: the tests run after it was packed.
      builder.environment().put("BUILDING_MUSTER", "yes");
      // A machine that runs tests is slow at times, and not all of their devices come again.
      builder.environment().put("MUSTER_HTTP_DEVICE_WAIT", "10s");
      builder.environment().putAll(environment);
      Process process = builder.start();
      RUNNING.add(process);
      var _ = process.onExit().thenRun(() -> RUNNING.remove(process));
      try (var stdin = process.outputWriter()) {
        stdin.write(input);
      }
      return new Program("muster " + String.join(" ", args), process, out, err);
    } catch (IOException failure) {
      throw new UncheckedIOException("muster cannot be started", failure);
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /// The process and all that it has started.
  List<ProcessHandle> family() {
    return Stream.concat(Stream.of(process.toHandle()), process.descendants()).toList();
  }

  String out() {
    return read(out);
  }

  String err() {
    return read(err);
  }

  /// Both outputs, for the message of a failure.
  String said() {
    return name + " said:\n" + (out() + err()).indent(2);
  }

  /// Waits until it ends by itself.
  int exitCode() {
    try {
      if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError(name + " does not end. " + said());
      }
      return process.exitValue();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stopped);
    }
  }

  /// SIGKILL, to it alone.
  void kill() {
    process.destroyForcibly();
    int _ = exitCode();
  }

  /// SIGTERM, as Ctrl-C and `kill` do it. Returns the exit code.
  int stop() {
    process.destroy();
    return exitCode();
  }

  /// Sends a signal that it does not notice, STOP or CONT.
  void signal(String signal) {
    try {
      new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    if (isAlive()) {
      process.destroy();
      try {
        if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
          killWithDescendants(process);
        }
      } catch (InterruptedException stopped) {
        killWithDescendants(process);
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void killWithDescendants(Process process) {
    List<ProcessHandle> descendants = process.descendants().toList();
    process.destroyForcibly();
    descendants.forEach(ProcessHandle::destroyForcibly);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException failure) {
      return "(" + failure + ")";
    }
  }
}
