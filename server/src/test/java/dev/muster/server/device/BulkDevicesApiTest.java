package dev.muster.server.device;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.ServerUnderTest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Bulk requests over HTTP.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@SuppressWarnings("NullAway.Init") // set before each test
class BulkDevicesApiTest {
  Api admin;

  @BeforeEach
  void anOrganization() {
    admin = Api.ofNewOrganization();
  }

  @Test
  void eachRowIsAnsweredAsItWouldBeAlone() {
    List<Map<String, Object>> rows =
        Arrays.asList(
            Map.of("name", "Till 1", "device_id", "till-1", "platform", "LINUX"),
            Map.of("device_id", "till-2"),
            Map.of("name", "x", "device_id", "a b", "platform", "BEOS"),
            Map.of("name", "x", "groups", List.of("nowhere")),
            Map.of("name", "x", "attributes", Map.of("=", 1)),
            Map.of("device_name", "again", "device_id", "till-1"));

    JsonNode answer = admin.post("/api/devices/bulk/", Map.of("devices", rows)).expect(200).body();

    assertThat(answer.at("/registered").asInt()).isEqualTo(1);
    assertThat(answer.at("/failed").asInt()).isEqualTo(5);
    assertThat(answer.at("/results/0").toString())
        .contains("\"device_id\":\"till-1\"", "\"success\":true", "\"status\":201");
    for (int i = 1; i < rows.size(); i++) {
      Api.Answer alone = admin.post("/api/devices/", rows.get(i));
      JsonNode row = answer.at("/results/" + i);
      assertThat(row.at("/success").asBoolean()).isFalse();
      assertThat(row.at("/status").asInt()).isEqualTo(alone.status());
      assertThat(row.at("/code").asText()).isEqualTo(alone.at("code"));
      assertThat(row.at("/message").asText()).isEqualTo(alone.at("detail"));
      assertThat(row.at("/errors").size()).isEqualTo(alone.node("errors").size());
    }
    assertThat(answer.at("/results/1/errors/0/field").asText()).isEqualTo("devices[1].name");
    assertThat(answer.at("/results/2/errors").findValuesAsText("field"))
        .containsExactly("devices[2].device_id", "devices[2].platform");
    assertThat(answer.at("/results/3/errors/0/field").asText()).isEqualTo("devices[3].groups[0]");
    assertThat(answer.at("/results/4/errors/0/field").asText())
        .isEqualTo("devices[4].attributes.=");
  }

  @Test
  void statusesAreSetForEachAlone() {
    admin.post("/api/devices/", Map.of("name", "a", "device_id", "a")).expect(201);
    JsonNode answer =
        admin
            .post(
                "/api/devices/bulk-status/",
                Map.of(
                    "devices",
                    Arrays.asList(
                        Map.of("device_id", "a", "status", "BUSY"),
                        Map.of("device_id", "b", "status", "BUSY"),
                        Map.of("device_id", "a", "status", "ASLEEP"),
                        Map.of("status", "BUSY"),
                        null)))
            .expect(200)
            .body();

    assertThat(answer.at("/results").findValuesAsText("status"))
        .containsExactly("200", "404", "422", "422", "422");
    assertThat(answer.at("/results/0/previous_status").asText()).isEqualTo("IDLE");
    assertThat(answer.at("/results/0/current_status").asText()).isEqualTo("BUSY");
    assertThat(answer.at("/results/2/errors/0/field").asText()).isEqualTo("devices[2].status");
    assertThat(answer.at("/results/3/errors/0/field").asText()).isEqualTo("devices[3].device_id");
    assertThat(answer.at("/results/4/errors/0/field").asText()).isEqualTo("devices[4]");
    assertThat(answer.at("/updated").asInt()).isEqualTo(1);
    assertThat(admin.get("/api/devices/a").at("status")).isEqualTo("BUSY");
  }

  @Test
  void aBodyThatIsNoListOfDevicesIsRefusedAsAWhole() {
    for (String path : List.of("/api/devices/bulk/", "/api/devices/bulk-status")) {
      for (Object body :
          List.of(
              Map.of(),
              Map.of("devices", List.of()),
              Map.of("devices", Collections.nCopies(1_001, Map.of())))) {
        assertThat(admin.post(path, body).expect(422).text())
            .contains("\"field\":\"devices\"", "must be 1 to 1,000 devices");
      }
    }
    assertThat(
            admin
                .post("/api/devices/bulk/", Map.of("devices", List.of(Map.of("name", List.of()))))
                .expect(422)
                .text())
        .contains("devices[0].name");
  }

  /// `bulk` and `bulk-status` are good ids: only what is posted to them is taken.
  @Test
  void aDeviceMayBeCalledLikeTheRequest() {
    for (String id : List.of("bulk", "bulk-status")) {
      String path = "/api/devices/" + id;
      admin.post("/api/devices/", Map.of("name", id, "device_id", id)).expect(201);
      assertThat(admin.get(path).expect(200).at("device_id")).isEqualTo(id);
      assertThat(admin.get(path + "/").expect(200).at("device_id")).isEqualTo(id);
      admin.patch(path, Map.of("name", "other")).expect(200);
      admin.get(path + "/events").expect(200);
      admin.post(path + "/deactivate/").expect(200);
      admin.post(path + "/activate/").expect(200);
      admin.delete(path).expect(204);
      admin.get(path).expect(404);
    }
  }

  @Test
  void aRequestThatIsSentAgainRegistersNothingTwice() {
    Map<String, Object> body = Map.of("devices", List.of(Map.of("name", "x"), Map.of("name", "y")));
    Api again = admin.withHeader("Idempotency-Key", Api.uniqueEmail());

    String first = again.post("/api/devices/bulk/", body).expect(200).text();

    assertThat(again.post("/api/devices/bulk/", body).expect(200).text()).isEqualTo(first);
    assertThat(admin.get("/api/devices/").node("count").asInt()).isEqualTo(2);
  }

  /// What the quota leaves is registered, through everything that hears of new devices.
  @Test
  void theQuotaOfTheOrganizationCounts() {
    String organization = admin.get("/api/users/me/").at("organization");
    Api.home()
        .patch("/api/organizations/" + organization, Map.of("quotas", Map.of("devices", 2)))
        .expect(200);
    Map<String, Object> row = Map.of("name", "x");

    JsonNode answer =
        admin
            .post("/api/devices/bulk/", Map.of("devices", Collections.nCopies(5, row)))
            .expect(200)
            .body();

    assertThat(answer.at("/registered").asInt()).isEqualTo(2);
    assertThat(answer.at("/results/4/code").asText()).isEqualTo("quota_exceeded");
    assertThat(answer.at("/results/4/status").asInt())
        .isEqualTo(admin.post("/api/devices/", row).status());
    JsonNode policies =
        admin
            .get("/devices/" + answer.at("/results/0/device_id").asText() + "/policy")
            .expect(200)
            .body();
    assertThat(policies.at("/version").asInt()).isEqualTo(1);
  }
}
