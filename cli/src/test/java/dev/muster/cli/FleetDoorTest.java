package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.fleet.GetDeviceInfoResponse;
import dev.muster.fleet.GetServerInfoResponse;
import dev.muster.fleet.ListDevicesResponse;
import io.grpc.Status;
import io.grpc.okhttp.SslSocketFactoryServerCredentials;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Which server a command of the fleet goes to, as whom, and what is said when there is none.
class FleetDoorTest extends FleetCliTest {

  @BeforeEach
  void serveAnEmptyFleet() {
    fleet.on("ListDevices", ListDevicesResponse.newBuilder().setSuccess(true).build());
    introduce(false);
  }

  private List<String> callers(String rpc) {
    return fleet.asked().stream()
        .filter(asked -> asked.rpc().equals(rpc))
        .map(FakeFleet.Asked::authorization)
        .toList();
  }

  @Test
  void anAddressOfTheFleetServiceIsEnough() {
    assertThat(onFleet("list").lines()).containsExactly("No devices registered.");
    assertThat(fleet.rpcs()).containsExactly("ListDevices");
    assertThat(callers("ListDevices")).containsExactly("");
    assertThat(server.asked()).isEmpty();
  }

  @Test
  void theUrlOfTheServerLeadsToItsFleetService() {
    assertThat(onServer("list").lines()).containsExactly("No devices registered.");
    assertThat(server.last().line()).isEqualTo("GET /api/info");
    assertThat(server.last().authorization()).isEmpty();
  }

  @Test
  void theFleetServiceLeadsToTheUrlOfTheServer() {
    server.on("GET /api/compliance/summary/", 200, "{\"total\": 0, \"counts\": {}}");

    assertThat(onFleet("compliance").code()).isZero();
    assertThat(fleet.rpcs()).containsExactly("GetServerInfo");
  }

  @Test
  void aServerThatDoesNotTellItsUrlIsToBeNamedByIt() {
    fleet.on("GetServerInfo", GetServerInfoResponse.newBuilder().setUrl("localhost").build());
    assertThat(onFleet("compliance").err()).contains("does not say where its REST API is");

    fleet.refuse("GetServerInfo", Status.UNIMPLEMENTED.withDescription("Method not found"));
    assertThat(onFleet("compliance").out())
        .isEqualTo("✗ gRPC error: StatusCode.UNIMPLEMENTED - Method not found\n");
  }

  @Test
  void aServerThatTellsNoPortOfItsFleetServiceIsSaidToBeWithout() {
    server.close();
    try (var older = older()) {
      Ran ran = run("list", "--server", older.address().toString());

      assertThat(ran.code()).isEqualTo(1);
      assertThat(ran.err()).contains("does not say where its fleet service (gRPC) is");
    }
  }

  private static FakeServer older() {
    try {
      return new FakeServer().on("GET /api/info", 200, "{\"name\": \"muster\"}");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aLoginIsUsedByWhicheverAddressTheServerIsNamed() {
    logIn();

    assertThat(run("list").code()).isZero();
    assertThat(onServer("list").code()).isZero();
    assertThat(onFleet("list").code()).isZero();

    assertThat(callers("ListDevices"))
        .containsExactly("Bearer access-1", "Bearer access-1", "Bearer access-1");
    assertThat(callers("GetServerInfo")).containsExactly("");
  }

  @Test
  void aServerThatClaimsTheUrlOfAnotherOneGetsNoLogin() throws IOException {
    logIn();
    try (var thief = new FakeFleet()) {
      thief
          .on("ListDevices", ListDevicesResponse.getDefaultInstance())
          .on(
              "GetServerInfo",
              GetServerInfoResponse.newBuilder().setUrl(server.address().toString()).build());

      Ran ran = run("list", "--server", thief.address().toString());

      assertThat(ran.code()).isZero();
      assertThat(thief.asked()).extracting(FakeFleet.Asked::authorization).containsOnly("");
    }
  }

  @Test
  void anApiKeyIsUsedAtOnce() {
    env = Map.of("MUSTER_API_KEY", "mk_secret");

    assertThat(onFleet("list").code()).isZero();

    assertThat(fleet.rpcs()).containsExactly("ListDevices");
    assertThat(callers("ListDevices")).containsExactly("Bearer mk_secret");
  }

  @Test
  void anExpiredLoginIsRenewedOnce() {
    logIn();
    server.on(
        "POST /api/auth/refresh/", 200, "{\"access\": \"access-2\", \"refresh\": \"refresh-2\"}");
    fleet.on(
        "GetDeviceInfo",
        (_, out) -> {
          if (callers("GetDeviceInfo").size() == 1) {
            out.onError(Status.UNAUTHENTICATED.asRuntimeException());
          } else {
            out.onNext(GetDeviceInfoResponse.getDefaultInstance());
            out.onCompleted();
          }
        });

    assertThat(run("get-info", "d1").code()).isZero();

    assertThat(callers("GetDeviceInfo")).containsExactly("Bearer access-1", "Bearer access-2");
    assertThat(run("get-info", "d1").code()).isZero();
    assertThat(callers("GetDeviceInfo")).last().isEqualTo("Bearer access-2");
  }

  @Test
  void whoIsNotKnownIsToldToLogIn() {
    fleet.refuse("GetDeviceInfo", Status.UNAUTHENTICATED.withDescription("Who are you?"));

    Ran ran = onFleet("get-info", "d1");

    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.lines())
        .containsExactly(
            "✗ gRPC error: StatusCode.UNAUTHENTICATED - Who are you?",
            "  Log in with: muster login");
  }

  @Test
  void aServerThatIsNotThereIsSaidWithWhatToCheck() {
    String address = fleet.address().toString();
    fleet.close();

    Ran ran = run("list", "--server", address);

    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.lines().getFirst()).isEqualTo("✗ Could not connect to server " + address);
    assertThat(ran.out()).contains("Check that:", "./muster server", "--ca FILE");
    assertThat(ran.err()).isEmpty();
  }

  @Test
  void aUrlWhereNobodyIsIsSaidTheSameWay() {
    String address = server.address().toString();
    server.close();

    Ran ran = run("list", "--server", address);

    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.lines().getFirst())
        .isEqualTo("✗ Could not connect to server " + address.substring("http://".length()));
  }

  @Test
  void aServerThatSaysNothingIsGivenUpAfterFiveSeconds() throws IOException {
    try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + silent.getLocalPort();
      long begun = System.nanoTime();

      Ran ran = run("list", "--server", address);

      assertThat(ran.code()).isEqualTo(1);
      assertThat(ran.lines().getFirst()).isEqualTo("✗ Could not connect to server " + address);
      assertThat(Duration.ofNanos(System.nanoTime() - begun))
          .isBetween(Duration.ofSeconds(4), Duration.ofSeconds(15));
    }
  }

  @Test
  void thePortOfThePagesIsNotTakenForTheFleetService() {
    String address = "localhost:" + server.address().getPort();

    Ran ran = run("list", "--server", address);

    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.lines().getFirst()).isEqualTo("✗ Could not connect to server " + address);
    assertThat(ran.out()).contains("this is the port of its fleet service");
  }

  @Test
  void whatTheServerSaysCannotRewriteTheTerminal() {
    fleet.refuse(
        "GetDeviceInfo", Status.NOT_FOUND.withDescription("no\u001b[2Jsuch\n✓ Device 'x' fine"));

    assertThat(onFleet("get-info", "d1").out())
        .isEqualTo("✗ gRPC error: StatusCode.NOT_FOUND - no·[2Jsuch·✓ Device 'x' fine\n");
  }

  @Test
  void aFleetServiceOfANamedAuthorityIsTrusted() throws Exception {
    var own = Certificates.make(home, "own");
    Path ca = Certificates.pem(home.resolve("ca.pem"), own);
    Path other = Certificates.pem(home.resolve("other.pem"), Certificates.make(home, "other"));
    fleet.close();
    fleet =
        new FakeFleet(
            SslSocketFactoryServerCredentials.create(Certificates.showing(own).getSocketFactory()));
    serveAnEmptyFleet();
    try (var rest = new FakeServer()) {
      rest.on("GET /api/info", 200, "{\"grpc_port\": " + fleet.port() + ", \"grpc_tls\": true}");
      String url = rest.address().toString();

      assertThat(onFleet("list", "--ca", ca.toString()).out()).contains("No devices registered.");
      assertThat(run("list", "--server", url, "--ca", ca.toString()).code()).isZero();
      assertThat(onFleet("list", "--ca", other.toString()).out())
          .contains("✗ Could not connect to server " + fleet.address(), "not trusted");
      assertThat(run("list", "--server", url).out()).contains("not trusted");
      assertThat(onFleet("list").out()).contains("✗ Could not connect to server");
    }
  }
}
