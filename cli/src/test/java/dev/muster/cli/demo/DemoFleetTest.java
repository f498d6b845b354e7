package dev.muster.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.cli.FakeServer;
import dev.muster.cli.client.Api;
import dev.muster.cli.client.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoFleetTest {

  private static final String NONE = "{\"count\": 0, \"next\": null, \"results\": []}";
  private static final String ONE =
      "{\"count\": 1, \"next\": null, \"results\": [{\"name\": \"%s\"}]}";

  @TempDir Path folder;
  private final FakeServer server;
  private final DemoFleet fleet;

  DemoFleetTest() throws IOException {
    server = new FakeServer();
    fleet = new DemoFleet(new Api(server.address(), Session.ANONYMOUS));
  }

  @AfterEach
  void stopServer() {
    server.close();
  }

  @Test
  void anEmptyServerGetsAGroupAPolicyAVersionAndAnAssignment() {
    server
        .on("GET /api/groups/?limit=500", 200, NONE)
        .on("GET /api/policies/?limit=500", 200, NONE)
        .on("GET /api/policies/kiosk/versions/?limit=1", 200, NONE)
        .on("GET /api/policies/kiosk/assignments/?limit=1", 200, NONE)
        .on("POST /api/groups/", 201, "{}")
        .on("POST /api/policies/", 201, "{}")
        .on("POST /api/policies/kiosk/versions/", 201, "{}")
        .on("POST /api/groups/kiosks/assign-policy/kiosk/", 202, "{}");

    fleet.make();

    assertThat(server.asked())
        .filteredOn(asked -> asked.method().equals("POST"))
        .extracting(FakeServer.Asked::line)
        .containsExactly(
            "POST /api/groups/",
            "POST /api/policies/",
            "POST /api/policies/kiosk/versions/",
            "POST /api/groups/kiosks/assign-policy/kiosk/");
  }

  @Test
  void whatIsThereAlreadyIsLeftAsItIs() {
    server
        .on("GET /api/groups/?limit=500", 200, ONE.formatted("kiosks"))
        .on("GET /api/policies/?limit=500", 200, ONE.formatted("kiosk"))
        .on("GET /api/policies/kiosk/versions/?limit=1", 200, ONE.formatted(""))
        .on("GET /api/policies/kiosk/assignments/?limit=1", 200, ONE.formatted(""));

    fleet.make();

    assertThat(server.asked()).extracting(FakeServer.Asked::method).containsOnly("GET");
  }

  @Test
  void aTokenIsMadeForDevicesThatHaveYetToEnrollAndOnlyThen() throws IOException {
    server
        .on("GET /api/devices/?group=kiosks&limit=1", 200, "{\"count\": 0, \"results\": []}")
        .on("GET /api/devices/?group=kiosks&limit=1", 200, "{\"count\": 25, \"results\": []}")
        .on("POST /api/enrollment-tokens/", 201, "{\"token\": \"me_1_secret\"}");
    Path simulator = folder.resolve("simulator");
    Path token = folder.resolve("token");

    fleet.admit(25, simulator, token);
    Files.createDirectories(simulator.resolve("device-1"));
    fleet.admit(25, simulator, token);

    assertThat(Files.readString(token)).isEqualTo("me_1_secret\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(token)))
        .isEqualTo("rw-------");
    assertThat(server.asked()).filteredOn(asked -> asked.method().equals("POST")).hasSize(1);
    assertThat(server.asked().get(1).body())
        .contains("\"max_uses\":25")
        .contains("\"groups\":[\"kiosks\"]");
  }
}
