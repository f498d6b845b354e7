package dev.muster.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
          + " push 100 items at a time: new tasks, edits of their own, edits of tasks that all edit at"
          + " once, which conflict, and edits whose clocks name many devices. Then a second server with"
          + " a small heap is filled with ever more tasks; pulls and pushes are timed at each size, and"
          + " in the end a device pulls everything.",
      "With --soak nothing is measured: the test of convergence plays so many random histories of devices"
          + " that lose their network, their answers and their processes.",
      "The exit code is 1 when a bound does not hold, or a history does not converge."
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

  @Option(
      names = "--warm-up",
      paramLabel = "S",
      defaultValue = "60",
      description = "How long pushes run before any is measured. Default: ${DEFAULT-VALUE}.")
  private int warmUp;

  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "1000000",
      description = "Tasks to have in the end, 1000 or more. Default: ${DEFAULT-VALUE}.")
  private int rows;

  @Option(
      names = "--soak",
      paramLabel = "N",
      description = "Play N random histories instead, about three a second; 1 or more.")
  private @Nullable Integer soak;

  @Override
  public Integer call() throws Exception {
    if (soak != null && soak < 1) {
      throw new ParameterException(spec.commandLine(), "--soak must be 1 or more.");
    }
    if (devices < 1 || devices > 64 || seconds < 2 || seconds > 600 || warmUp < 3 || rows < 1_000) {
      throw new ParameterException(
          spec.commandLine(),
          "--devices must be 1 to 64, --seconds 2 to 600, --warm-up 3 or more, --rows 1000 or more.");
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(Machine.describe());
    Bounds bounds = new Bounds(out);
    Path root = Path.of(System.getProperty("launcher.root", "."));
    if (soak != null) {
      return soak(root, soak);
    }
    Duration turn = Duration.ofSeconds(seconds);
    try (BenchServer server = BenchServer.start(root, false);
        Connection database = server.database()) {
      SyncBench bench = new SyncBench(server, devices(server, devices), turn, out, bounds);
      bench.warmUp(Duration.ofSeconds(warmUp));
      bench.run(database);
    }
    try (BenchServer server = BenchServer.start(root, false, List.of(PullBench.HEAP));
        Connection database = server.database()) {
      List<SyncDevice> two = devices(server, 2);
      new PullBench(server, two.getFirst(), two.getLast(), out, bounds).run(database, rows);
    }
    return bounds.anyOver() ? 1 : 0;
  }

  private static int soak(Path root, int histories) throws IOException, InterruptedException {
    return new ProcessBuilder(
            root.resolve("muster").toString(),
            "test",
            "-pl",
            "server",
            "-am",
            "-Dtest=ConvergenceTest",
            "-Dtest.sync-histories=" + histories,
            "-Dsurefire.failIfNoSpecifiedTests=false")
        .inheritIO()
        .start()
        .waitFor();
  }

  private static List<SyncDevice> devices(BenchServer server, int count)
      throws IOException, InterruptedException {
    List<SyncDevice> devices = new ArrayList<>();
    Api admin = server.admin();
    for (int i = 0; i < count; i++) {
      devices.add(SyncDevice.of(server, admin, "pusher-" + i));
    }
    return devices;
  }
}
