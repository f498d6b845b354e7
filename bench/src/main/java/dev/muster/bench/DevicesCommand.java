package dev.muster.bench;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Compares lists of devices in a small fleet and in a large one, in one run.
@Command(
    name = "devices",
    mixinStandardHelpOptions = true,
    description = {
      "Starts a server on a new data folder and asks it for pages of lists of devices, each filter"
          + " and order, first of 1,000 devices and then of many, and prints the ratio.",
      "Exit code 0 when no list became slower beyond its bound, 1 when one did."
    })
final class DevicesCommand implements Callable<Integer> {
  private static final int FEW = 1_000;

  @Spec private CommandSpec spec;

  @Option(
      names = "--devices",
      paramLabel = "N",
      defaultValue = "100000",
      description = "Devices of the large fleet, 2000 or more. Default: ${DEFAULT-VALUE}.")
  private int devices;

  @Option(
      names = "--repeats",
      paramLabel = "N",
      defaultValue = "40",
      description = "Measured requests for each page. Default: ${DEFAULT-VALUE}.")
  private int repeats;

  @Option(
      names = "--slower-by",
      paramLabel = "MS",
      defaultValue = "15",
      description =
          "A median may be so many milliseconds more in the large fleet: counting up to 10,000"
              + " matches takes some. Default: ${DEFAULT-VALUE}.")
  private double slowerBy;

  @Override
  public Integer call() throws Exception {
    if (devices < 2 * FEW || repeats < 4) {
      throw new ParameterException(
          spec.commandLine(), "--devices must be at least 2000, and --repeats 4.");
    }
    PrintWriter out = spec.commandLine().getOut();
    Path root = Path.of(System.getProperty("launcher.root", "."));
    try (BenchServer server = BenchServer.start(root, false);
        Connection database = server.database()) {
      Api admin = server.admin();
      admin.post("/api/groups/", Map.of("name", "half"));
      DevicesBench bench = new DevicesBench(admin, repeats);
      DeviceRows.make(database, 1, FEW);
      bench.run(); // so that the server is warm for both
      Map<String, Samples> few = bench.run();
      DeviceRows.make(database, FEW + 1, devices);
      return compared(out, few, bench.run()) ? 0 : 1;
    }
  }

  /// Whether every list is within its bound.
  private boolean compared(PrintWriter out, Map<String, Samples> few, Map<String, Samples> many) {
    boolean all = true;
    out.printf(
        Locale.ROOT,
        "%-5s %-52s %10s %10s %6s%n",
        "",
        "median, ms, of a page of 50",
        FEW,
        devices,
        "ratio");
    for (Map.Entry<String, Samples> list : many.entrySet()) {
      double after = list.getValue().median();
      Samples small = few.get(list.getKey());
      double before = small == null ? Double.NaN : small.median();
      boolean holds = small == null || after <= before + slowerBy;
      all &= holds;
      out.printf(
          Locale.ROOT,
          "%-5s %-52s %10.1f %10.1f %6.2f%n",
          holds ? "OK" : "OVER",
          list.getKey(),
          before,
          after,
          after / before);
    }
    out.flush();
    return all;
  }
}
