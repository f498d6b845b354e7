package dev.muster.cli.demo;

import dev.muster.cli.client.Api;
import dev.muster.cli.client.Failure;
import dev.muster.cli.client.Login;
import dev.muster.cli.client.Logins;
import dev.muster.cli.client.Route;
import dev.muster.cli.client.Session;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `muster demo`: the whole product in one terminal, from nothing to a fleet that follows a policy.
@Command(
    name = "demo",
    description = {
      "Starts a server and a fleet of simulated devices, and shows them live.",
      "Ctrl-C stops all of it. The data is kept: the next demo goes on from there."
    },
    footer = {"", "Example:", "  muster demo --devices 100"})
public final class DemoCommand implements Runnable {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final PrintWriter out;
  private final Map<String, String> env;
  private final Supplier<Logins> logins;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Where all of it is kept; by default .muster in Muster's folder.")
  private @Nullable Path data;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "8080",
      description = "The server's port; 8080 by default.")
  private int port = 8080;

  @Option(
      names = "--grpc-port",
      paramLabel = "PORT",
      description = "The server's gRPC port; the server's own default if absent.")
  private @Nullable Integer grpcPort;

  @Option(
      names = "--devices",
      paramLabel = "N",
      defaultValue = "25",
      description = "How many devices are simulated; 25 by default.")
  private int devices = 25;

  public DemoCommand(PrintWriter out, Map<String, String> env, Supplier<Logins> logins) {
    this.out = out;
    this.env = env;
    this.logins = logins;
  }

  @Override
  public void run() {
    if (devices < 1 || devices > 10_000) {
      throw new Failure.Usage("--devices must be from 1 to 10000.");
    }
    if (port < 1 || port > 65_535) {
      throw new Failure.Usage("--port must be from 1 to 65535.");
    }
    Path root = Path.of(System.getProperty("launcher.root", "")).toAbsolutePath();
    Path folder = (data == null ? root.resolve(".muster") : data).toAbsolutePath();
    requireFree(port);
    DemoLogin login = DemoLogin.in(folder);
    try (var stage = new Stage(new Programs(root, folder), out, PATIENCE)) {
      stage.stopWithThisProcess();
      run(stage, login, folder);
    }
  }

  private void run(Stage stage, DemoLogin login, Path folder) {
    URI server = URI.create("http://localhost:" + port);
    out.print("Starting the server with its database");
    Child serving = stage.startServer(port, grpcPort, login);
    awaitHealth(serving, new Api(server, Session.ANONYMOUS));
    var api = new Api(server, login.session(logIn(login, server, folder)));
    var fleet = new DemoFleet(api);
    fleet.make();
    Path token = folder.resolve("simulator-token");
    fleet.admit(devices, folder.resolve("simulator"), token);
    Child simulating = stage.startSimulator(devices, server, token);
    introduce(server, login, folder);
    watch(api, List.of(serving, simulating));
  }

  private static Login logIn(DemoLogin login, URI server, Path folder) {
    try {
      return login.at(server);
    } catch (Failure.Refused e) {
      if (e.status() != 401) {
        throw e;
      }
      throw new Failure.Local(
          "The server on "
              + folder
              + " does not know the demo's admin: that folder was not made by a demo, or the login"
              + " was changed. Choose another one with --data DIR.",
          e);
    }
  }

  private void introduce(URI server, DemoLogin login, Path folder) {
    Logins kept = logins.get();
    String before =
        kept.current()
            .filter(current -> !current.equals(server))
            .map(current -> " (until now: " + current + ")")
            .orElse("");
    kept.keep(login.at(server));
    out.println(
        """

        Server    %s
        API       %s/docs
        Login     %s  password %s
        Data      %s (logs in logs/)
        The command line is logged in to it%s.

        Try this in another terminal, and watch the fleet follow:
          ./muster policy set %s cameraDisabled=false

        Ctrl-C stops everything.
        """
            .formatted(
                server, server, login.email(), login.password(), folder, before, DemoFleet.POLICY));
    out.flush();
  }

  /// Shows the fleet until somebody ends the demo or one of its processes ends.
  private void watch(Api api, List<Child> children) {
    var table = new LiveTable(out, Screens.of(env));
    while (true) {
      children.forEach(Child::requireAlive);
      try {
        table.draw(
            api.get(Route.of("/api/compliance/summary/")),
            api.get(Route.of("/api/compliance/devices/").with("limit", Math.min(devices, 500))),
            Instant.now());
      } catch (Failure.Unreachable | Failure.Refused e) {
        // A server that restarts its database answers 503 for a while; one that has ended is seen
        // by
        // the next turn.
      }
      pause(Duration.ofMillis(500));
    }
  }

  private void awaitHealth(Child server, Api api) {
    while (true) {
      server.requireAlive();
      try {
        api.get(Route.of("/health/"));
        out.println(" ready.");
        out.flush();
        return;
      } catch (Failure.Unreachable | Failure.Refused e) {
        out.print(".");
        out.flush();
        pause(Duration.ofMillis(500));
      }
    }
  }

  private static void pause(Duration duration) {
    try {
      Thread.sleep(duration);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure.Local("Interrupted.", e);
    }
  }

  /// Another server on the port would answer in place of ours.
  private static void requireFree(int port) {
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    } catch (IOException e) {
      throw new Failure.Local(
          "Port " + port + " is taken: end what uses it, or choose another with --port.", e);
    }
  }
}
