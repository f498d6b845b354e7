package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DevicesImportTest extends CliTest {

  private static final String BULK = "POST /api/devices/bulk/";

  private void file(String text) throws IOException {
    Files.writeString(home.resolve("devices.csv"), text);
  }

  private Ran load(String... more) {
    var args = new java.util.ArrayList<>(List.of("devices", "import", "devices.csv"));
    args.addAll(List.of(more));
    return onServer(args.toArray(String[]::new));
  }

  @Test
  void everyColumnReachesTheServer() throws IOException {
    file(
        """
        Device_ID, name ,type,platform,status,tags,groups,attribute.floor,attribute.site
        till-1,"Till, left",till,linux,idle,front; new ,shops,3,Bern
        till-2,,,,,,,,
        """);
    server.on(
        BULK,
        200,
        """
        {"results": [{"device_id": "till-1", "success": true, "message": "", "status": 201},
                     {"device_id": "till-2", "success": true, "message": "", "status": 201}],
         "registered": 2, "failed": 0}
        """);

    Ran ran = load();

    assertThat(ran.err()).isEmpty();
    assertThat(ran.lines()).containsExactly("2 registered, 0 failed.");
    assertThat(ran.code()).isZero();
    assertThat(parse(server.last().body()))
        .isEqualTo(
            parse(
                """
                {"devices": [
                  {"device_id": "till-1", "name": "Till, left", "type": "till", "platform": "LINUX",
                   "status": "IDLE", "tags": ["front", "new"], "groups": ["shops"],
                   "attributes": {"floor": 3, "site": "Bern"}},
                  {"device_id": "till-2", "name": "till-2"}]}
                """));
  }

  private static final String MISTAKES =
      """
      device_id,name,platform,status
      a b,A,,
      ok,Fine,,
      c,C,symbian,tired
      ok,Again,,
      ,,linux,
      d,D,,,more
      0192f3c1-0000-7000-8000-000000000001,U,,
      """;

  @Test
  void whatIsWrongIsSaidWithItsLineAndFieldAndWhatWouldBeRight() throws IOException {
    file(MISTAKES);

    Ran ran = load("--dry-run");

    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.lines())
        .containsExactly(
            "Line 2: device_id: «a b» is not 1 to 128 of A-Z a-z 0-9 . _ : - and not of a UUID's form",
            "Line 4: platform: «symbian» is not one of ANDROID, LINUX, MACOS, IOS, WINDOWS, OTHER;"
                + " status: «tired» is not one of IDLE, BUSY, OFFLINE, MAINTENANCE, UPDATING,"
                + " RECOVERING, ERROR",
            "Line 5: device_id: «ok» is on line 3 already",
            "Line 6: name: needs a name or a device_id",
            "Line 7: has 5 cells, and the header names 4: quote a cell that holds a comma",
            "Line 8: device_id: «0192f3c1-0000-7000-8000-000000000001» is not 1 to 128 of A-Z a-z"
                + " 0-9 . _ : - and not of a UUID's form",
            "1 of 7 rows look right; nothing was sent.");
    assertThat(server.asked()).isEmpty();
  }

  @Test
  void whatWasRefusedCanBeMendedAndImportedAgain() throws IOException {
    file("device_id,name\nold,\"Old, one\"\nbad id,B\nnew,N\n");
    server.on(
        BULK,
        200,
        """
        {"results": [
          {"device_id": "old", "success": false, "message": "Device already exists", "status": 409},
          {"device_id": "new", "success": true, "message": "", "status": 201}]}
        """);

    Ran ran = load("--failed", "again.csv");

    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.lines())
        .startsWith("Line 2: Device already exists")
        .endsWith("1 registered, 2 failed.", "The rows that failed are in again.csv.");
    List<String> again = Files.readAllLines(home.resolve("again.csv"));
    assertThat(again.subList(0, 2))
        .containsExactly("device_id,name,error", "old,\"Old, one\",Device already exists");
    assertThat(again.get(2)).startsWith("bad id,B,device_id: «bad id»");
    assertThat(load("--failed", "again.csv").err()).contains("exists already", "--force");

    file(String.join("\n", again).replace("bad id", "good-id").replace("old", "older"));
    load();
    assertThat(parse(server.last().body()).path("devices"))
        .hasToString(
            "[{\"device_id\":\"older\",\"name\":\"Older, one\"},{\"device_id\":\"good-id\",\"name\":\"B\"}]"
                .replace("Older, one", "Old, one"));
  }

  @Test
  void manyAreSentAThousandAtATime() throws IOException {
    var text = new StringBuilder("device_id\n");
    IntStream.range(0, 2_500).forEach(i -> text.append("d").append(i).append('\n'));
    file(text.toString());
    server.on(BULK, 200, results(1_000)).on(BULK, 200, results(1_000)).on(BULK, 200, results(500));

    Ran ran = load("--output", "json");

    assertThat(ran.json().path("registered").asInt()).isEqualTo(2_500);
    assertThat(ran.json().path("results").path(2_499).path("line").asInt()).isEqualTo(2_501);
    assertThat(server.asked())
        .extracting(asked -> parse(asked.body()).path("devices").size())
        .containsExactly(1_000, 1_000, 500);
  }

  @Test
  void rowsOfManyBytesAreSentFewerAtATime() throws IOException {
    var text = new StringBuilder("device_id,attribute.note\n");
    IntStream.range(0, 30)
        .forEach(
            i -> text.append("d").append(i).append(',').append("x".repeat(50_000)).append('\n'));
    file(text.toString());
    server.on(BULK, 200, results(17)).on(BULK, 200, results(13));

    assertThat(load().lines()).containsExactly("30 registered, 0 failed.");
    assertThat(server.asked()).allMatch(asked -> asked.body().length() < 1 << 20).hasSize(2);
  }

  private static String results(int count) {
    String one = "{\"device_id\": \"x\", \"success\": true, \"message\": \"\", \"status\": 201}";
    return "{\"results\": [" + String.join(",", java.util.Collections.nCopies(count, one)) + "]}";
  }

  @Test
  void aRefusedRequestLeavesTheRestToBeImportedLater() throws IOException {
    var text = new StringBuilder("device_id\n");
    IntStream.range(0, 1_001).forEach(i -> text.append("d").append(i).append('\n'));
    file(text.toString());
    server
        .on(BULK, 200, results(1_000))
        .on(BULK, 503, "{\"detail\": \"Too busy.\"}", "Retry-After", "7");

    Ran ran = load("--failed", "rest.csv");

    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.lines()).startsWith("1000 registered, 1 failed.");
    assertThat(ran.err()).contains("Too busy.", "Try again in 7 s.");
    assertThat(Files.readString(home.resolve("rest.csv")))
        .isEqualTo("device_id,error\nd1000,was not registered\n");
  }

  @Test
  void aLostAnswerIsAskedForAgainUnderTheSameKey() throws IOException {
    file("device_id\nd1\n");
    var keys = new CopyOnWriteArrayList<String>();
    HttpServer flaky =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    flaky.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          keys.add(exchange.getRequestHeaders().getFirst("Idempotency-Key"));
          if (keys.size() == 1) {
            exchange.close();
            return;
          }
          byte[] body = results(1).getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    flaky.start();
    try {
      String address = "http://localhost:" + flaky.getAddress().getPort();

      Ran ran = run("devices", "import", "devices.csv", "--server", address);

      assertThat(ran.lines()).containsExactly("1 registered, 0 failed.");
      assertThat(keys).hasSize(2).doesNotContainNull();
      assertThat(keys.getFirst()).isEqualTo(keys.getLast());
    } finally {
      flaky.stop(0);
    }
  }

  @Test
  void aFileThatIsNoListOfDevicesIsWrongUsage() throws IOException {
    for (String text :
        List.of(
            "", "device_id,colour\nd,red\n", "type\nt\n", "name,name\na,b\n", "device_id\n\"d\n")) {
      file(text);
      assertThat(load().code()).as(text).isEqualTo(2);
    }
    file("device_id,colour\nd,red\n");
    assertThat(load().err()).contains("Line 1", "«colour»", "device_id, name, type");
    assertThat(onServer("devices", "import", "none.csv").err()).contains("none.csv");
    assertThat(server.asked()).isEmpty();
  }
}
