package dev.muster.agent;

import dev.muster.agent.CommandDatabase.Durability;
import dev.muster.agent.core.Agent;
import dev.muster.agent.core.AgentClock;
import dev.muster.agent.core.AgentPorts;
import dev.muster.agent.core.AgentSettings;
import dev.muster.agent.core.CommandPorts;
import dev.muster.agent.core.HeartbeatPorts;
import dev.muster.protocol.Platform;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `agent`: one device.
@Command(
    name = "agent",
    mixinStandardHelpOptions = true,
    versionProvider = Main.VersionLine.class,
    sortOptions = false,
    description =
        "Runs this machine as one device until it is stopped with Ctrl-C."
            + " Settings are kept in memory: this version reports and obeys, and does not touch the machine."
            + " Commands are answered the same way; scripts alone are real, and run only with --allow-scripts.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:stopped, or erased by a command",
      "1:it could not start or go on",
      "2:wrong options"
    })
final class AgentCommand implements Callable<Integer> {
  private static final int LOG_LINES = 10_000;

  @Mixin
  @SuppressWarnings("NullAway.Init")
  ServerOptions server;

  @Mixin
  @SuppressWarnings("NullAway.Init")
  TechnicianOptions technician;

  @Option(
      names = "--state",
      paramLabel = "DIR",
      defaultValue = ".muster/agent",
      description = "Where the device's identity is kept (default: ${DEFAULT-VALUE}).")
  @SuppressWarnings("NullAway.Init")
  Path state;

  @Option(
      names = "--alias",
      paramLabel = "NAME",
      description = "What people call the device; without it the server chooses.")
  @Nullable String alias;

  @Option(
      names = "--platform",
      paramLabel = "PLATFORM",
      description = "One of ${COMPLETION-CANDIDATES} (default: what this machine is).")
  @Nullable Platform platform;

  @Option(
      names = "--interval",
      paramLabel = "TIME",
      defaultValue = "1m",
      converter = Converters.Time.class,
      description =
          "The time between two check-ins; a changed policy does not wait for it"
              + " (default: ${DEFAULT-VALUE}).")
  @SuppressWarnings("NullAway.Init")
  Duration interval;

  @Option(
      names = "--heartbeat-interval",
      paramLabel = "TIME",
      converter = Converters.Time.class,
      description =
          "The time between two heartbeats, which say how the machine is (default: what the server"
              + " asks for, 5m before it has answered). Those that cannot be sent are kept for a day.")
  @Nullable Duration heartbeats;

  @Option(
      names = "--allow-scripts",
      description =
          "Lets operators run shell scripts on this machine, with the rights of this process"
              + " (default: refused).")
  boolean allowScripts;

  @Spec
  @SuppressWarnings("NullAway.Init")
  CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    Platform present = platform == null ? thisPlatform(System.getProperty("os.name")) : platform;
    AgentSettings settings =
        new AgentSettings(
            System.getProperty("os.arch"),
            versionNumber(System.getProperty("os.version")),
            Version.CURRENT,
            present,
            alias,
            server.enrollmentToken(System.getenv()),
            interval);
    ServerAddress address = server.address(System.getenv());
    AgentLog log = new AgentLog(LOG_LINES);
    SimulatedEnforcer device = device(settings);
    try (StateFolder folder = StateFolder.open(state);
        CommandDatabase queue = CommandDatabase.open(folder, Durability.POWER);
        HttpClient client = Http.client(address);
        Technicians _ =
            Technicians.one(
                folder, client, address, technician, interval, line -> tell(log, line))) {
      AgentPorts ports =
          new AgentPorts(
              new HttpTransport(client, address),
              new StateFile(folder),
              device,
              new WebSocketDoorbell(client, address, AgentCommand::random),
              AgentClock.system(),
              AgentCommand::random,
              event -> tell(log, EventLines.line(event)));
      SimulatedCommands executor =
          new SimulatedCommands(
              device, log, Pace.AT_ONCE, allowScripts, ports.clock(), AgentCommand::random);
      CommandPorts commands =
          new CommandPorts(executor, queue.of("agent"), Thread.ofVirtual().factory());
      HeartbeatPorts heart =
          new HeartbeatPorts(
              new MachineVitals(settings, Path.of("/")),
              queue.heartbeatsOf("agent"),
              heartbeats,
              Thread.ofVirtual().factory());
      Agent agent = new Agent(settings, ports, commands, heart);
      try {
        UntilStopped.run(agent::run);
      } finally {
        client.shutdownNow();
      }
    }
    return 0;
  }

  private static SimulatedEnforcer device(AgentSettings settings) {
    SimulatedModel model =
        new SimulatedModel(
            settings.platform(),
            settings.model(),
            settings.osVersion(),
            SimulatedModel.of(settings.platform(), 0).apps());
    return new SimulatedEnforcer(model, Quirks.NONE, 0, AgentCommand::random);
  }

  private void tell(AgentLog log, String line) {
    log.add(Instant.now() + " " + line);
    spec.commandLine().getOut().println(line);
  }

  static Platform thisPlatform(String osName) {
    String name = osName.toLowerCase(Locale.ROOT);
    if (name.contains("linux")) {
      return Platform.LINUX;
    }
    if (name.contains("mac")) {
      return Platform.MACOS;
    }
    return name.contains("windows") ? Platform.WINDOWS : Platform.OTHER;
  }

  /// The numbers with which a version such as `6.8.0-45-generic` begins; the rest cannot be
  /// compared.
  static String versionNumber(String version) {
    return version.replaceFirst("^([0-9]+(\\.[0-9]+)*).*$", "$1");
  }

  private static double random() {
    return ThreadLocalRandom.current().nextDouble();
  }
}
