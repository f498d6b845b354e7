package dev.muster.agent;

import dev.muster.agent.core.CommandResult;
import dev.muster.protocol.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Runs shell scripts as processes of this machine, with the rights of the agent. What they print,
/// on both channels, is kept up to 64 KiB, and less where it grows too much as JSON.
final class Scripts {
  private static final Path SHELL = Path.of("/bin/sh");
  private static final int MOST_OUTPUT = 64 * 1024;

  /// What may still be in the pipe after the script has ended, unless something that it left behind
  /// holds it open.
  private static final Duration LAST_WORDS = Duration.ofSeconds(1);

  private Scripts() {}

  private record Output(String text, boolean cut) {}

  /// @throws InterruptedException when the thread is interrupted; the script is dead by then
  static CommandResult run(String script, Duration limit) throws IOException, InterruptedException {
    if (!Files.isExecutable(SHELL)) {
      return CommandResult.unsupported("this system has no " + SHELL);
    }
    // In a file and not in an argument, which every user of the machine can read.
    Path file = Files.createTempFile("muster", ".sh");
    try {
      StateFolder.ownerOnly(file);
      Files.writeString(file, script);
      return run(file, limit);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private static CommandResult run(Path file, Duration limit)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(SHELL.toString(), file.toString());
    builder.redirectErrorStream(true).redirectInput(Redirect.from(Path.of("/dev/null").toFile()));
    builder.environment().keySet().removeIf(name -> name.startsWith("MUSTER_"));
    Process process = builder.start();
    try {
      FutureTask<Output> reader = new FutureTask<>(() -> read(process.getInputStream()));
      Thread.ofVirtual().start(reader);
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        kill(process);
        return CommandResult.failed(
                "the script did not end within " + limit.toSeconds() + " s and was stopped")
            .with(data(output(reader, process)));
      }
      int code = process.exitValue();
      Json.Obj data = data(output(reader, process));
      return (code == 0
              ? CommandResult.success("the script ended with exit code 0")
              : CommandResult.failed("the script ended with exit code " + code))
          .with(data);
    } finally {
      kill(process);
    }
  }

  private static void kill(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  private static Json.Obj data(Output output) {
    return Json.obj(Map.of("output", Json.of(output.text()), "output_cut", Json.of(output.cut())));
  }

  private static Output output(FutureTask<Output> reader, Process process)
      throws IOException, InterruptedException {
    try {
      return reader.get(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException _) {
      process.getInputStream().close();
      return new Output("", true);
    } catch (ExecutionException e) {
      throw new IOException("The output of the script could not be read", e.getCause());
    }
  }

  /// Reads on to the end, so that a script that says too much is not stopped by it.
  private static Output read(InputStream from) throws IOException {
    ByteArrayOutputStream kept = new ByteArrayOutputStream();
    byte[] buffer = new byte[8192];
    boolean cut = false;
    for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
      int room = Math.min(n, MOST_OUTPUT - kept.size());
      kept.write(buffer, 0, room);
      cut |= room < n;
    }
    String text = kept.toString(StandardCharsets.UTF_8);
    String fitting = Fitting.beginning(text);
    return new Output(fitting, cut || fitting.length() < text.length());
  }
}
