package dev.muster.cli;

import java.io.IOException;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// A command line beside a fleet service.
@SuppressWarnings("NullAway.Init") // set before each test
abstract class FleetCliTest extends CliTest {

  FakeFleet fleet;

  @BeforeEach
  void startFleet() throws IOException {
    fleet = new FakeFleet();
  }

  @AfterEach
  void stopFleet() {
    fleet.close();
  }

  /// Runs a command against the fleet service by its `host:port`.
  Ran onFleet(String... args) {
    return run(
        Stream.concat(Stream.of("--server", fleet.address().toString()), Arrays.stream(args))
            .toArray(String[]::new));
  }

  /// Lets the REST server say where the fleet service is, and the fleet service where REST is.
  void introduce(boolean tls) {
    server.on(
        "GET /api/info",
        200,
        "{\"name\": \"muster\", \"grpc_port\": " + fleet.port() + ", \"grpc_tls\": " + tls + "}");
    fleet.on(
        "GetServerInfo",
        dev.muster.fleet.GetServerInfoResponse.newBuilder()
            .setUrl(server.address().toString())
            .setGrpcAddress(fleet.address().toString())
            .setGrpcTls(tls)
            .build());
  }
}
