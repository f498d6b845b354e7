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

/// The field test, and the long one.
@Command(
    name = "fleet",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Starts a server on a new data folder and lets a fleet live on it: heartbeats, check-ins,"
          + " doorbells, long polls, a policy that is published to all, and then the server is killed"
          + " and all devices come back. Prints p50, p95 and p99 of each kind of call.",
      "With --registered it sends heartbeats alone, of so many devices in turn, at a fixed rate for"
          + " some minutes, and says whether their time, the server's memory and the tables that are"
          + " changed in place stay flat.",
      "Exit code 0 when all bounds hold, 1 when one does not."
    })
final class FleetCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--devices",
      paramLabel = "N",
      defaultValue = "2000",
      description = "Devices of the field test, 20 to 5000. Default: ${DEFAULT-VALUE}.")
  private int devices;

  @Option(
      names = "--speed",
      paramLabel = "X",
      defaultValue = "10",
      description =
          "How many times faster than in the field: at 1 there is a heartbeat each 5 minutes and a"
              + " check-in each minute. Default: ${DEFAULT-VALUE}.")
  private double speed;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "60",
      description =
          "How long the steady part is measured, at most 3600. Default: ${DEFAULT-VALUE}.")
  private int seconds;

  @Option(
      names = "--storm",
      paramLabel = "S",
      defaultValue = "-1",
      description =
          "Seconds over which the devices come back after the outage; 0 is all at once. Default: as"
              + " long as the outage was, which is what their backoff makes of it.")
  private int storm;

  @Option(
      names = "--registered",
      paramLabel = "N",
      defaultValue = "0",
      description = "The long test instead, with so many registered devices, at most 1000000.")
  private int registered;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "3334",
      description = "Heartbeats a second of the long test. Default: ${DEFAULT-VALUE}.")
  private int rate;

  @Option(
      names = "--minutes",
      paramLabel = "M",
      defaultValue = "10",
      description = "How long the long test takes, at most 60. Default: ${DEFAULT-VALUE}.")
  private int minutes;

  @Override
  public Integer call() throws Exception {
    boolean wrong =
        devices < 20
            || devices > 5_000
            || !(speed >= 0.1 && speed <= 1_000)
            || seconds < 2
            || seconds > 3_600
            || storm > 600
            || registered < 0
            || registered > 1_000_000
            || rate < 1
            || minutes < 1
            || minutes > 60;
    if (wrong) {
      throw new ParameterException(spec.commandLine(), "A number is out of its range; see --help.");
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(Machine.describe());
    out.flush();
    Bounds bounds = new Bounds(out);
    Path root = Path.of(System.getProperty("launcher.root", "."));
    try (BenchServer server = BenchServer.start(root, false)) {
      if (registered > 0) {
        new Endurance(server, out, bounds).run(registered, rate, Duration.ofMinutes(minutes));
      } else {
        new FieldTest(server, speed, out, bounds).run(devices, Duration.ofSeconds(seconds), storm);
      }
    }
    out.println(bounds.anyOver() ? "A bound was broken." : "All bounds hold.");
    out.flush();
    return bounds.anyOver() ? 1 : 0;
  }
}
