package dev.muster.bench;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Measures what issue 2 promises of policies and compliance at 100,000 devices.
@Command(
    name = "policy",
    mixinStandardHelpOptions = true,
    description = {
      "Starts a server on a new data folder, fills it with a fleet, and measures publishing, what"
          + " else is asked while its wakes run, counts, pages and filters, each against its bound.",
      "Exit code 0 when all bounds hold, 1 when one does not."
    })
final class PolicyCommand implements Callable<Integer> {
  private static final int FEWEST = 1_000;

  @Spec private CommandSpec spec;

  @Option(
      names = "--devices",
      paramLabel = "N",
      defaultValue = "100000",
      description = "Devices of the fleet, 1000 or more. Default: ${DEFAULT-VALUE}.")
  private int devices;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "30",
      description =
          "How long the other requests are measured, once with wakes and once without. Default:"
              + " ${DEFAULT-VALUE}.")
  private int seconds;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "100",
      description = "Other requests a second. Default: ${DEFAULT-VALUE}.")
  private int rate;

  @Option(
      names = "--keep",
      description = "Leave the data folder, so that a server can be started on it for EXPLAIN.")
  private boolean keep;

  @Override
  public Integer call() throws Exception {
    if (devices < FEWEST || seconds < 1 || rate < 1) {
      throw new ParameterException(
          spec.commandLine(),
          "--devices must be at least " + FEWEST + ", --seconds and --rate at least 1.");
    }
    PrintWriter out = spec.commandLine().getOut();
    Path root = Path.of(System.getProperty("launcher.root", "."));
    try (BenchServer server = BenchServer.start(root, keep);
        Connection database = server.database()) {
      out.println(Machine.describe());
      out.println(one(database, "select version()"));
      out.flush();
      if (keep) {
        out.println("Data: " + server.data());
      }
      Api admin = server.admin();
      Instant begin = Instant.now();
      Fleet fleet = new Seed(admin, server.anonymous()).make(database, devices);
      out.printf(
          "%,d devices seeded in %d s%n",
          devices, Duration.between(begin, Instant.now()).toSeconds());
      out.flush();
      Bounds bounds = new Bounds(out);
      new PolicyBench(admin, database, fleet, bounds)
          .run(devices, Duration.ofSeconds(seconds), rate);
      out.println(bounds.anyOver() ? "A bound was broken." : "All bounds hold.");
      out.flush();
      return bounds.anyOver() ? 1 : 0;
    }
  }

  private static String one(Connection database, String sql) throws SQLException {
    try (Statement statement = database.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }
}
