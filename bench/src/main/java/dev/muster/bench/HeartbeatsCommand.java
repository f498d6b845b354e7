package dev.muster.bench;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Measures the ingest of heartbeats against what its two halves could do alone.
@Command(
    name = "heartbeats",
    mixinStandardHelpOptions = true,
    description = {
      "Starts a server on a new data folder with devices that each have a token, and measures in turn"
          + " (H) a route of the server that reads the same body and does nothing, (D) the database"
          + " taking the same rows, 500 a transaction, and (I) heartbeats end to end: acknowledged"
          + " only when they are on disk. Prints I over 1/(1/H + 1/D), the bound of doing both on"
          + " these processors.",
      "The exit code is 1 when a bound does not hold."
    })
final class HeartbeatsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--devices",
      paramLabel = "N",
      defaultValue = "200000",
      description =
          "Devices that send in turn, 100 or more; with few, most fall into a bucket that is stored"
              + " already. Default: ${DEFAULT-VALUE}.")
  private int devices;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "20",
      description = "How long each is measured, 5 or more. Default: ${DEFAULT-VALUE}.")
  private int seconds;

  @Option(
      names = "--connections",
      paramLabel = "N",
      defaultValue = "512",
      description = "Connections that are kept, 1 to 5,000. Default: ${DEFAULT-VALUE}.")
  private int connections;

  @Override
  public Integer call() throws Exception {
    if (devices < 100 || seconds < 5 || connections < 1 || connections > 5_000) {
      throw new ParameterException(
          spec.commandLine(),
          "--devices must be at least 100, --seconds at least 5, --connections 1 to 5,000.");
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(Machine.describe());
    Bounds bounds = new Bounds(out);
    Path root = Path.of(System.getProperty("launcher.root", "."));
    try (BenchServer server =
        BenchServer.start(root, false, List.of("-Dmuster-bench.bare-route=true"))) {
      new HeartbeatsBench(server, out, bounds, devices, connections).run(seconds);
    }
    return bounds.anyOver() ? 1 : 0;
  }
}
