package dev.muster.server;

import dev.muster.server.platform.Settings;
import dev.muster.server.tls.QuarkusTls;
import io.quarkus.runtime.Quarkus;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `muster server`: checks what can be checked before anything is started, then runs the server.
@Command(
    name = "muster server",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description = "Runs the Muster server until it is stopped (Ctrl-C).",
    footer = {
      "",
      "Each setting can also be given in the environment (--grpc-port is",
      "MUSTER_GRPC_PORT) or in a file of muster.* properties (--config). Flags are",
      "stronger than the environment, and that is stronger than the file.",
      "docs/configuration.md lists all settings."
    })
final class ServerCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "TCP port of HTTP (REST, WebSocket, API page). Default: 8080.")
  private @Nullable Integer port;

  @Option(
      names = "--grpc-port",
      paramLabel = "PORT",
      description = "TCP port of the fleet gRPC service; 0 takes a free one. Default: 50051.")
  private @Nullable Integer grpcPort;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Folder of the embedded PostgreSQL and of the server's secrets. Default: .muster.")
  private @Nullable Path data;

  @Option(
      names = "--host",
      paramLabel = "HOST",
      description = "Address to listen on; 0.0.0.0 for all. Default: 127.0.0.1.")
  private @Nullable String host;

  @Option(
      names = "--database-url",
      paramLabel = "URL",
      description =
          "JDBC URL of a PostgreSQL 15 or newer to use instead of the embedded one; user and password"
              + " by MUSTER_DATABASE_USER and MUSTER_DATABASE_PASSWORD.")
  private @Nullable String databaseUrl;

  @Option(
      names = "--open",
      description =
          "Callers without credentials act as an admin of the first organization. Loopback addresses"
              + " only, unless muster.open.anywhere is set.")
  private boolean open;

  @Option(
      names = "--log-format",
      paramLabel = "FORM",
      description = "How log lines look: text or json (one object a line). Default: text.")
  private @Nullable String logFormat;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "File of muster.* settings in properties form.")
  private @Nullable Path config;

  @Override
  public Integer call() {
    if (config != null) {
      if (!Files.isReadable(config)) {
        throw new ParameterException(
            spec.commandLine(), "--config: the file " + config + " cannot be read.");
      }
      System.setProperty("smallrye.config.locations", config.toUri().toString());
    }
    set("muster.port", port);
    set("muster.grpc-port", grpcPort);
    set("muster.data", data);
    set("muster.host", host);
    set("muster.database-url", databaseUrl);
    set("muster.log-format", logFormat);
    if (open) {
      set("muster.open", true);
    }
    List<String> mistakes = SettingsCheck.mistakes();
    if (!mistakes.isEmpty()) {
      System.err.println("The server was not started, because of these settings:");
      mistakes.forEach(mistake -> System.err.println("  - " + mistake));
      return 2;
    }
    Settings settings = SettingsCheck.read();
    set("quarkus.log.console.json.enabled", settings.logFormat() == Settings.LogFormat.JSON);
    QuarkusTls.properties(settings).forEach(System::setProperty);
    String taken = portsTaken(settings);
    if (taken != null) {
      System.err.println(taken);
      return 1;
    }
    int[] exit = {0};
    Quarkus.run(
        Application.class,
        (code, failure) -> {
          exit[0] = code;
          if (failure != null) {
            System.err.println("The server was not started: " + words(failure));
            exit[0] = 1;
          }
        });
    return exit[0];
  }

  private static void set(String key, @Nullable Object value) {
    if (value != null) {
      System.setProperty(key, value.toString());
    }
  }

  private static @Nullable String portsTaken(Settings settings) {
    String http = portTaken(settings.host(), settings.port(), "--port");
    return http == null && settings.roles().contains(Settings.ServerRole.API)
        ? portTaken(settings.host(), settings.grpcPort(), "--grpc-port")
        : http;
  }

  private static @Nullable String portTaken(String host, int port, String flag) {
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(host, port));
      return null;
    } catch (IOException failure) {
      return "Port "
          + port
          + " on "
          + host
          + " cannot be used ("
          + failure.getMessage()
          + "). Stop what uses it, or choose another with "
          + flag
          + " PORT.";
    }
  }

  /// The message that was written for a person, else that of the root cause.
  static String words(Throwable failure) {
    String words = failure.toString();
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t.getMessage() != null) {
        words = t.getMessage();
        if (t instanceof IllegalStateException) {
          break;
        }
      }
    }
    return words;
  }
}
