package dev.muster.server.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.muster.server.platform.Database;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.EnrolledDevice;
import dev.muster.server.testing.ServerUnderTest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Heartbeats at the door of a whole server.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@SuppressWarnings("NullAway.Init") // injected
class HeartbeatApiTest {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final ObjectMapper JSON = new ObjectMapper();

  @Inject InstantSource clock;
  @Inject Database database;
  Api admin;

  @BeforeEach
  void newOrganization() {
    admin = Api.ofNewOrganization();
  }

  private record Answer(int status, JsonNode body, HttpResponse<String> whole) {}

  private static Answer post(String path, String credential, byte[] body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(Api.baseUrl() + path))
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    if (!credential.isEmpty()) {
      request.header("Authorization", "Bearer " + credential);
    }
    if (headers.length > 0) {
      request.headers(headers);
    }
    try {
      HttpResponse<String> answer = HTTP.send(request.build(), BodyHandlers.ofString());
      return new Answer(answer.statusCode(), JSON.readTree(answer.body()), answer);
    } catch (IOException failure) {
      throw new AssertionError(failure);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new AssertionError(stopped);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] zipped(byte[] plain) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(bytes)) {
      zip.write(plain);
    }
    return bytes.toByteArray();
  }

  private static String token(EnrolledDevice device) {
    return device.answer().at("deviceToken");
  }

  private String full(EnrolledDevice device) {
    return Heartbeats.full(device.id(), clock.instant());
  }

  @Test
  void aHeartbeatIsAnsweredWithWhenTheNextIsWanted() {
    EnrolledDevice device = EnrolledDevice.in(admin);
    for (String path : List.of("/v1/heartbeat", "/v1/heartbeat/")) {
      Answer answer = post(path, token(device), bytes(full(device)));
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body().path("ok").asBoolean()).isTrue();
      assertThat(answer.body().path("next_heartbeat_seconds").asInt()).isEqualTo(300);
      assertThat(answer.whole().headers().firstValue("X-Request-ID")).isPresent();
    }
  }

  @Test
  void theIdentityIsTheTokens() {
    EnrolledDevice device = EnrolledDevice.in(admin);
    EnrolledDevice other = EnrolledDevice.in(admin);
    assertThat(post("/v1/heartbeat", token(device), bytes(full(other))).status()).isEqualTo(200);

    assertThat(admin.get("/api/devices/" + other.id() + "/").node("last_status").isNull()).isTrue();
    JsonNode status = admin.get("/api/devices/" + device.id() + "/").node("last_status");
    assertThat(status.path("battery").path("pct").asInt()).isEqualTo(81);
  }

  @Test
  void whatIsWrongIsSaidByField() {
    EnrolledDevice device = EnrolledDevice.in(admin);
    Answer answer = post("/v1/heartbeat", token(device), bytes("{\"device_id\": 5}"));
    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.body().path("code").asText()).isEqualTo("invalid_fields");
    assertThat(answer.body().path("errors").findValuesAsText("field"))
        .contains("device_id", "battery", "timestamp_utc");
    assertThat(post("/v1/heartbeat", token(device), bytes("{\"device_id\"")).status())
        .isEqualTo(400);
    assertThat(post("/v1/heartbeat", token(device), new byte[0]).status()).isEqualTo(400);
  }

  @Test
  void onlyADeviceSendsHeartbeats() {
    EnrolledDevice device = EnrolledDevice.in(admin);
    assertThat(post("/v1/heartbeat", "", bytes(full(device))).status()).isEqualTo(401);
    assertThat(post("/v1/heartbeat", token(device) + "x", bytes(full(device))).status())
        .isEqualTo(401);
    assertThat(admin.post("/v1/heartbeat", Map.of()).status()).isEqualTo(403);
    assertThat(device.self().get("/v1/heartbeat").status()).isEqualTo(405);
  }

  @Test
  void aRevokedTokenIsRefusedAtTheNextHeartbeat() {
    EnrolledDevice device = EnrolledDevice.in(admin);
    assertThat(post("/v1/heartbeat", token(device), bytes(full(device))).status()).isEqualTo(200);
    admin.delete("/api/devices/" + device.id() + "/token/").expect(204);
    assertThat(post("/v1/heartbeat", token(device), bytes(full(device))).status()).isEqualTo(401);
  }

  @Test
  void aBodyMayBeZippedAndIsLimitedUnzipped() throws IOException {
    EnrolledDevice device = EnrolledDevice.in(admin);
    String[] gzip = {"Content-Encoding", "gzip"};
    assertThat(post("/v1/heartbeat", token(device), zipped(bytes(full(device))), gzip).status())
        .isEqualTo(200);
    assertThat(post("/v1/heartbeat", token(device), zipped(new byte[50_000_000]), gzip).status())
        .isEqualTo(413);
    assertThat(post("/v1/heartbeat", token(device), bytes(full(device)), gzip).status())
        .isEqualTo(400);
    assertThat(post("/v1/heartbeat", token(device), new byte[(1 << 20) + 1]).status())
        .isEqualTo(413);
    assertThat(
            post("/v1/heartbeat", token(device), bytes(full(device)), "Content-Encoding", "br")
                .status())
        .isEqualTo(415);
  }

  @Test
  void aBodyThatIsSaidToBeNoJsonIsRefused() {
    EnrolledDevice device = EnrolledDevice.in(admin);
    for (String path : List.of("/v1/heartbeat", "/v1/heartbeats")) {
      Answer answer =
          post(path, token(device), bytes(full(device)), "Content-Type", "text/plain; a=b");
      assertThat(answer.status()).isEqualTo(415);
      assertThat(answer.body().path("code").asText()).isEqualTo("unsupported_media_type");
    }
    assertThat(
            post(
                    "/v1/heartbeat",
                    token(device),
                    bytes(full(device)),
                    "Content-Type",
                    "application/json;charset=UTF-8")
                .status())
        .isEqualTo(200);
  }

  @Test
  void aDeviceWithMoreAppsThanAreKeptIsHeard() {
    EnrolledDevice device = EnrolledDevice.in(admin);
    StringBuilder apps = new StringBuilder();
    for (int i = 0; i < 4_000; i++) {
      apps.append(
          "\"com.example.app%d\": {\"installed\": true, \"version_name\": \"5.1\", \"version_code\": 51}, "
              .formatted(i));
    }
    String body = full(device).replace("\"com.example.pos\"", apps + "\"com.example.pos\"");
    assertThat(body.length()).isGreaterThan(300_000);
    assertThat(post("/v1/heartbeat", token(device), bytes(body)).status()).isEqualTo(200);

    JsonNode last =
        admin.get("/api/devices/" + device.id() + "/telemetry/").expect(200).node("last_status");
    assertThat(last.path("online").asBoolean()).isTrue();
    assertThat(last.path("details").path("truncated").path(0).asText()).isEqualTo("app_versions");
    assertThat(last.path("details").path("model").asText()).isEqualTo("SM-T500");
  }

  @Test
  void aBatchIsStoredWithTheTimesAtWhichItWasTaken() throws IOException {
    EnrolledDevice device = EnrolledDevice.in(admin);
    Instant now = clock.instant();
    String batch =
        "{\"heartbeats\": [%s, %s, {\"device_id\": \"x\"}]}"
            .formatted(
                Heartbeats.full(device.id(), now.minusSeconds(600)),
                Heartbeats.full(device.id(), now.minusSeconds(300)));
    Answer first =
        post("/v1/heartbeats", token(device), zipped(bytes(batch)), "Content-Encoding", "gzip");
    assertThat(first.status()).isEqualTo(200);
    assertThat(first.body().path("stored").asInt()).isEqualTo(2);
    assertThat(first.body().path("refused").findValuesAsText("field")).contains("battery");
    assertThat(first.body().path("refused").path(0).path("index").asInt()).isEqualTo(2);

    Answer again = post("/v1/heartbeats", token(device), bytes(batch));
    assertThat(again.body().path("stored").asInt()).isZero();
    assertThat(again.body().path("duplicates").asInt()).isEqualTo(2);
    assertThat(post("/v1/heartbeats", token(device), bytes("{}")).status()).isEqualTo(422);
    assertThat(post("/v1/heartbeats", token(device), bytes("{\"heartbeats\": []}")).status())
        .isEqualTo(200);
  }

  @Test
  void whatABatchCarriesIsHandedOn() {
    EnrolledDevice device = EnrolledDevice.in(admin);
    String action =
        admin
            .post("/api/devices/" + device.id() + "/actions/", Map.of("type", "PING"))
            .expect(201)
            .at("id");
    Instant now = clock.instant();
    String batch =
        "{\"heartbeats\": [%s, %s, %s]}"
            .formatted(
                carrying(device, now.minusSeconds(300), "\"fcm_token\": \"newest\""),
                carrying(device, now.minusSeconds(900), "\"fcm_token\": \"old\""),
                carrying(
                    device,
                    now.minusSeconds(600),
                    "\"is_ping_response\": true, \"ping_request_id\": \"" + action + "-1\""));
    assertThat(post("/v1/heartbeats", token(device), bytes(batch)).body().path("stored").asInt())
        .isEqualTo(3);

    assertThat(
            settled(
                "COMPLETED",
                () -> admin.get("/api/actions/" + action + "/").expect(200).at("state")))
        .isEqualTo("COMPLETED");
    assertThat(settled("newest", () -> pushToken(device))).isEqualTo("newest");
  }

  private static String carrying(EnrolledDevice device, Instant taken, String more) {
    return Heartbeats.full(device.id(), taken).replaceFirst("\\{", "{" + more + ", ");
  }

  /// What a heartbeat carries is taken aside, after the answer.
  private static String settled(String expected, Supplier<String> look) {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    String seen = look.get();
    while (!seen.equals(expected) && System.nanoTime() < deadline) {
      seen = look.get();
    }
    return seen;
  }

  private String pushToken(EnrolledDevice device) {
    return database.<String>acrossOrganizations(handle ->
        handle
            .createQuery(
                """
                select t.token from doorbell.push_token t join device.device d on d.id = t.device_id
                where d.handle = :handle
                """)
            .bind("handle", device.id())
            .mapTo(String.class)
            .findOne()
            .orElse(""));
  }

  @Test
  void theHistoryOfADeviceIsThinnedToThePointsThatAreAskedFor() {
    EnrolledDevice device = EnrolledDevice.in(admin);
    Instant now = clock.instant();
    StringBuilder batch = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      batch
          .append(i == 0 ? "" : ",")
          .append(
              Heartbeats.full(device.id(), now.minusSeconds(20L * (i + 1)))
                  .replace("\"pct\": 81", "\"pct\": " + i));
    }
    assertThat(
            post("/v1/heartbeats", token(device), bytes("{\"heartbeats\": [" + batch + "]}"))
                .body()
                .path("stored")
                .asInt())
        .isEqualTo(100);

    JsonNode history =
        admin
            .get(
                "/api/devices/"
                    + device.id()
                    + "/telemetry/?from="
                    + now.minusSeconds(2_000)
                    + "&to="
                    + now
                    + "&points=10")
            .expect(200)
            .node("points");
    assertThat(history.size()).isBetween(9, 10);
    assertThat(history.path(0).path("battery_pct").path("max").asDouble())
        .isGreaterThan(history.path(8).path("battery_pct").path("max").asDouble());
    int heartbeats = 0;
    for (JsonNode point : history) {
      heartbeats += point.path("heartbeats").asInt();
    }
    assertThat(heartbeats).isBetween(98, 100);
    assertThat(admin.get("/api/devices/" + device.id() + "/telemetry/?points=0").status())
        .isEqualTo(400);
    assertThat(Api.ofNewOrganization().get("/api/devices/" + device.id() + "/telemetry/").status())
        .isEqualTo(404);
  }

  @Test
  void aHistoryOfATimeThatNoDatabaseHoldsIsRefused() {
    String path = "/api/devices/" + EnrolledDevice.in(admin).id() + "/telemetry/?";
    for (String query :
        List.of(
            "from=-9999-01-01T00:00:00Z&to=-9999-01-02T00:00:00Z",
            "to=-999999999-01-01T00:00:00Z",
            "from=%2B999999999-12-31T23:59:59Z",
            "to=1969-12-31T23:59:59Z")) {
      assertThat(admin.get(path + query).expect(400).code())
          .as(query)
          .isEqualTo("invalid_parameter");
    }
    admin.get(path + "from=1970-01-01T00:00:00Z&to=1970-01-02T00:00:00Z").expect(200);
    admin.get(path + "to=9999-12-31T23:59:59Z").expect(200);
  }

  @Test
  void theFleetIsCountedByWhatItSaysOfItself() {
    EnrolledDevice device = EnrolledDevice.in(admin);
    var _ = EnrolledDevice.in(admin);
    assertThat(
            post(
                    "/v1/heartbeat",
                    token(device),
                    bytes(full(device).replace("\"pct\": 81", "\"pct\": 9")))
                .status())
        .isEqualTo(200);

    JsonNode fleet = admin.get("/api/telemetry/fleet/").expect(200).body();
    assertThat(fleet.path("devices").asInt()).isEqualTo(2);
    assertThat(fleet.path("online").asInt()).isEqualTo(1);
    assertThat(fleet.path("never_heard").asInt()).isEqualTo(1);
    assertThat(fleet.path("low_battery").asInt()).isEqualTo(1);
    assertThat(fleet.path("versions").path("os").path("14").asInt()).isEqualTo(1);
    assertThat(fleet.path("versions").path("app").path("2.4.1").asInt()).isEqualTo(1);
  }

  @Test
  void listsOfDevicesHaveTheLastStatusOfEach() {
    EnrolledDevice device = EnrolledDevice.in(admin);
    assertThat(post("/v1/heartbeat", token(device), bytes(full(device))).status()).isEqualTo(200);
    JsonNode row = admin.get("/api/devices/").expect(200).node("results").path(0);
    JsonNode status = row.path("last_status");
    assertThat(status.path("network").path("transport").asText()).isEqualTo("wifi");
    assertThat(status.path("online").asBoolean()).isTrue();
    assertThat(Instant.parse(status.path("seen_at").asText()))
        .isBeforeOrEqualTo(clock.instant().plusSeconds(1));
  }
}
