package dev.muster.bench;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Measures pushes and pulls of tasks.
@Command(
    name = "sync",
    mixinStandardHelpOptions = true,
    description = {
      "Starts a server on a new data folder with people who each have a device, and has all of them"
          + " push 100 items at a time: new tasks, edits of their own, and edits of tasks that all"
          + " edit at once, which conflict. Then one device pulls everything. Prints items a second"
          + " and how long pushes and pulls take.",
      "The exit code is 1 when a bound does not hold."
    })
final class SyncCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--devices",
      paramLabel = "N",
      defaultValue = "8",
      description = "Devices that push at once, 1 to 64. Default: ${DEFAULT-VALUE}.")
  private int devices;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "20",
      description = "How long each is measured, 2 to 600. Default: ${DEFAULT-VALUE}.")
  private int seconds;

  @Override
  public Integer call() throws Exception {
    if (devices < 1 || devices > 64 || seconds < 2 || seconds > 600) {
      throw new ParameterException(
          spec.commandLine(), "--devices must be 1 to 64, --seconds 2 to 600.");
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(Machine.describe());
    Bounds bounds = new Bounds(out);
    Path root = Path.of(System.getProperty("launcher.root", "."));
    try (BenchServer server = BenchServer.start(root, false)) {
      new SyncBench(server, out, bounds).run(devices, Duration.ofSeconds(seconds));
    }
    return bounds.anyOver() ? 1 : 0;
  }
}
