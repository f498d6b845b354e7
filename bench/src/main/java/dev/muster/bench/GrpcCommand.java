package dev.muster.bench;

import dev.muster.fleet.GetDeviceInfoRequest;
import dev.muster.fleet.RegisterDeviceRequest;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Measures the fleet service beside a call that does nothing, on the same stack in the same run.
@Command(
    name = "grpc",
    mixinStandardHelpOptions = true,
    description = {
      "Starts a server on a new data folder and, in a process of its own, a gRPC server that answers"
          + " with what it is asked. Prints calls a second of GetDeviceInfo and RegisterDevice and"
          + " of that echo, in turn, and their ratio.",
      "There is no bound; the exit code is 0 when all calls succeeded."
    })
final class GrpcCommand implements Callable<Integer> {
  private static final int DEVICES = 1_000;
  private static final int ROUNDS = 3;

  @Spec private CommandSpec spec;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "15",
      description = "How long each kind of call is measured, 3 or more. Default: ${DEFAULT-VALUE}.")
  private int seconds;

  @Option(
      names = "--callers",
      paramLabel = "N",
      defaultValue = "64",
      description =
          "Calls at the same time, over 4 connections, 1 to 400. Default: ${DEFAULT-VALUE}.")
  private int callers;

  @Override
  public Integer call() throws Exception {
    if (seconds < ROUNDS || callers < 1 || callers > 400) {
      throw new ParameterException(
          spec.commandLine(), "--seconds must be at least 3, and --callers 1 to 400.");
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(Machine.describe());
    Path root = Path.of(System.getProperty("launcher.root", "."));
    try (BenchServer server = BenchServer.start(root, false);
        EchoServer echo = EchoServer.start();
        FleetClient bare = new FleetClient(echo.port(), null);
        FleetClient fleet = new FleetClient(server.grpcPort(), key(server.admin()))) {
      measure(out, bare, fleet);
    }
    return 0;
  }

  /// Programs call with a key; a login would do as well.
  private static String key(Api admin) throws Exception {
    return admin
        .post("/api/keys/", Map.of("name", "bench", "scopes", List.of("devices")))
        .get("key")
        .asText();
  }

  private void measure(PrintWriter out, FleetClient bare, FleetClient fleet) throws Exception {
    AtomicLong registered = new AtomicLong();
    Load echo = new Load(callers, caller -> get(bare, caller));
    Load register = new Load(callers, caller -> register(fleet, caller, registered));
    Load get = new Load(callers, caller -> get(fleet, caller));
    while (registered.get() < DEVICES) {
      register.run(Duration.ofSeconds(1));
    }
    List<Load> kinds = List.of(echo, get, register);
    Duration turn = Duration.ofSeconds(seconds).dividedBy(ROUNDS);
    for (Load kind : kinds) {
      kind.run(turn);
      kind.warmedUp();
    }
    for (int round = 0; round < ROUNDS; round++) {
      for (Load kind : kinds) {
        kind.run(turn);
      }
    }
    print(out, "echo", echo, echo);
    print(out, "GetDeviceInfo", get, echo);
    print(out, "RegisterDevice", register, echo);
  }

  private static void get(FleetClient client, int caller) {
    var _ =
        client
            .over(caller)
            .getDeviceInfo(
                GetDeviceInfoRequest.newBuilder()
                    .setDeviceId("b-" + ThreadLocalRandom.current().nextInt(DEVICES))
                    .build());
  }

  private static void register(FleetClient client, int caller, AtomicLong registered) {
    var _ =
        client
            .over(caller)
            .registerDevice(
                RegisterDeviceRequest.newBuilder()
                    .setDeviceId("b-" + registered.getAndIncrement())
                    .setDeviceType("bench")
                    .build());
  }

  private static void print(PrintWriter out, String what, Load load, Load reference) {
    out.printf(
        Locale.ROOT,
        "  %-16s %s  ratio to echo %.3f%n",
        what,
        load,
        load.perSecond() / reference.perSecond());
    out.flush();
  }
}
