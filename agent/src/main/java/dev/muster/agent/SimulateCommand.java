package dev.muster.agent;

import java.io.PrintWriter;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `simulate`: a fleet in one process.
@Command(
    name = "simulate",
    mixinStandardHelpOptions = true,
    versionProvider = Main.VersionLine.class,
    sortOptions = false,
    description =
        "Runs a fleet of simulated devices until it is stopped with Ctrl-C."
            + " Each device is a real agent with a device that exists only in memory: it enrolls, obeys"
            + " policies, answers commands, sends heartbeats, lacks some settings, fails at others, goes offline, and has"
            + " users who change things.",
    footer = {"", "Example:", "  muster-agent simulate --devices 1000 --drift 2%% --offline 5%%"},
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:stopped", "1:it could not start or go on", "2:wrong options"})
final class SimulateCommand implements Callable<Integer> {
  private static final int MOST_DEVICES = 1_000_000;

  @Mixin
  @SuppressWarnings("NullAway.Init")
  ServerOptions server;

  @Mixin
  @SuppressWarnings("NullAway.Init")
  TechnicianOptions technician;

  @Option(
      names = "--technicians",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "With --technician: on how many tablets, each of which makes and does tasks, offline for a"
              + " part of the time (default: ${DEFAULT-VALUE}).")
  int technicians;

  @Option(
      names = "--devices",
      paramLabel = "N",
      defaultValue = "25",
      description = "How many devices (default: ${DEFAULT-VALUE}).")
  int devices;

  @Option(
      names = "--state",
      paramLabel = "DIR",
      defaultValue = ".muster/simulator",
      description =
          "Where the fleet is kept between runs, so that it does not enroll again"
              + " (default: ${DEFAULT-VALUE}).")
  @SuppressWarnings("NullAway.Init")
  Path state;

  @Option(
      names = "--drift",
      paramLabel = "P%",
      defaultValue = "2%",
      converter = Converters.Percent.class,
      description =
          "How often a check-in finds a setting changed by the user; it is put back at the next one"
              + " (default: ${DEFAULT-VALUE}).")
  double drift;

  @Option(
      names = "--offline",
      paramLabel = "P%",
      defaultValue = "5%",
      converter = Converters.Percent.class,
      description =
          "The share of devices that is off at any moment, for half a minute on average: half of them"
              + " without power, half without network, which tell later how they were meanwhile"
              + " (default: ${DEFAULT-VALUE}, at most 95%%).")
  double offline;

  @Option(
      names = "--quirks",
      paramLabel = "P%",
      defaultValue = "4%",
      converter = Converters.Percent.class,
      description =
          "The share of devices that lack one setting or always fail at one; never cameraDisabled"
              + " (default: ${DEFAULT-VALUE}).")
  double quirks;

  @Option(
      names = "--interval",
      paramLabel = "TIME",
      defaultValue = "10s",
      converter = Converters.Time.class,
      description =
          "The time between two check-ins of a device; a changed policy does not wait for it"
              + " (default: ${DEFAULT-VALUE}).")
  @SuppressWarnings("NullAway.Init")
  Duration interval;

  @Option(
      names = "--heartbeat-interval",
      paramLabel = "TIME",
      converter = Converters.Time.class,
      description =
          "The time between two heartbeats of a device (default: what the server asks for, 5m before"
              + " it has answered).")
  @Nullable Duration heartbeats;

  @Option(
      names = "--app-crashes",
      paramLabel = "P%",
      defaultValue = "1%",
      converter = Converters.Percent.class,
      description =
          "How often a heartbeat finds that the app which the policy has watched (monitoredApp) has"
              + " died; LAUNCH_APP brings it back (default: ${DEFAULT-VALUE}).")
  double crashes;

  @Option(
      names = "--platform-mix",
      paramLabel = "MIX",
      defaultValue = "android=6,linux=2,macos=1,windows=1",
      converter = Converters.Mix.class,
      description = "Platforms by weight (default: ${DEFAULT-VALUE}).")
  @SuppressWarnings("NullAway.Init")
  PlatformMix mix;

  @Option(
      names = "--command-time",
      paramLabel = "TIME",
      defaultValue = "200ms",
      converter = Converters.Time.class,
      description = "How long a device takes for a command (default: ${DEFAULT-VALUE}).")
  @SuppressWarnings("NullAway.Init")
  Duration commandTime;

  @Option(
      names = "--command-success",
      paramLabel = "P%",
      defaultValue = "100%",
      converter = Converters.Percent.class,
      description = "The share of commands that succeeds (default: ${DEFAULT-VALUE}).")
  double commandSuccess;

  @Spec
  @SuppressWarnings("NullAway.Init")
  CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    if (devices < 1 || devices > MOST_DEVICES) {
      throw wrong("--devices must be from 1 to " + MOST_DEVICES);
    }
    if (technicians < 1 || technicians > 1000) {
      throw wrong("--technicians must be from 1 to 1000");
    }
    if (offline > 0.95) {
      throw wrong("--offline must be at most 95%");
    }
    FleetPlan plan =
        new FleetPlan(
            devices,
            server.address(System.getenv()),
            server.enrollmentToken(System.getenv()),
            new Troubles(drift, offline, quirks, crashes),
            new Rhythm(interval, heartbeats),
            mix,
            new Pace(commandTime, commandSuccess));
    PrintWriter out = spec.commandLine().getOut();
    try (StateFolder folder = StateFolder.open(state);
        HttpClient client = Http.client(plan.server());
        Technicians _ =
            Technicians.simulated(
                technician.email == null ? 0 : technicians,
                folder,
                client,
                plan.server(),
                technician,
                interval,
                offline,
                out::println)) {
      UntilStopped.run(() -> new Fleet(plan, folder, out::println).run());
    }
    return 0;
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
