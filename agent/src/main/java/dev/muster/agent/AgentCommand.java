package dev.muster.agent;

import dev.muster.agent.core.Agent;
import dev.muster.agent.core.AgentClock;
import dev.muster.agent.core.AgentEvent;
import dev.muster.agent.core.AgentPorts;
import dev.muster.agent.core.AgentSettings;
import dev.muster.protocol.Drift;
import dev.muster.protocol.Platform;
import java.io.PrintWriter;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
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
            + " Settings are kept in memory: this version reports and obeys, and does not touch the machine.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:stopped", "1:it could not start or go on", "2:wrong options"})
final class AgentCommand implements Callable<Integer> {
  @Mixin
  @SuppressWarnings("NullAway.Init")
  ServerOptions server;

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
    try (StateFolder folder = StateFolder.open(state);
        HttpClient client = Http.client(address)) {
      Agent agent = new Agent(settings, ports(settings, folder, client, address));
      try {
        UntilStopped.run(agent::run);
      } finally {
        client.shutdownNow();
      }
    }
    return 0;
  }

  private AgentPorts ports(
      AgentSettings settings, StateFolder folder, HttpClient client, ServerAddress address) {
    SimulatedModel model =
        new SimulatedModel(
            settings.platform(),
            settings.model(),
            settings.osVersion(),
            SimulatedModel.of(settings.platform(), 0).apps());
    PrintWriter out = spec.commandLine().getOut();
    return new AgentPorts(
        new HttpTransport(client, address),
        new StateFile(folder),
        new SimulatedEnforcer(model, Quirks.NONE, 0, AgentCommand::random),
        new WebSocketDoorbell(client, address, AgentCommand::random),
        AgentClock.system(),
        AgentCommand::random,
        event -> out.println(line(event)));
  }

  static String line(AgentEvent event) {
    return switch (event) {
      case AgentEvent.Enrolled enrolled -> "Enrolled as " + enrolled.deviceId();
      case AgentEvent.Synced synced ->
          "Policy version "
              + synced.version()
              + (synced.drift().isEmpty()
                  ? ": all as it should be"
                  : ": not as it should be in "
                      + String.join(", ", synced.drift().stream().map(Drift::setting).toList()));
      case AgentEvent.SyncFailed failed ->
          "%s; trying again in %.1f s"
              .formatted(failed.reason(), failed.retryIn().toMillis() / 1000.0);
    };
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
