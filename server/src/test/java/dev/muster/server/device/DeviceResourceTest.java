package dev.muster.server.device;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.ServerUnderTest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@SuppressWarnings("NullAway.Init") // injected
class DeviceResourceTest {
  Api operator;

  @BeforeEach
  void makeOrganization() {
    operator = Api.ofNewOrganization().newUser("operator");
  }

  @Test
  void aDeviceIsRegisteredWithItsRowInTheAnswer() {
    operator.post("/api/groups/", "{\"name\": \"shop floor\"}");
    Api.Answer made =
        operator.post(
            "/api/devices/",
            """
            {"device_name": "Till 1", "platform": "LINUX", "device_id": "till:1", "type": "till",
             "groups": ["shop floor"], "tags": ["front"], "unknown": 1}
            """);

    assertThat(made.status()).isEqualTo(201);
    JsonNode row = made.body();
    assertThat(row.get("id").asText()).hasSize(36);
    assertThat(row.get("device_id").asText()).isEqualTo("till:1");
    assertThat(row.get("name").asText()).isEqualTo("Till 1");
    assertThat(row.get("device_name").asText()).isEqualTo("Till 1");
    assertThat(row.get("platform").asText()).isEqualTo("LINUX");
    assertThat(row.get("type").asText()).isEqualTo("till");
    assertThat(row.get("status").asText()).isEqualTo("IDLE");
    assertThat(row.at("/groups/0").asText()).isEqualTo("shop floor");
    assertThat(row.at("/tags/0").asText()).isEqualTo("front");
    assertThat(row.get("created_at").asText()).endsWith("Z");
    assertThat(operator.get("/api/devices/till:1").body()).isEqualTo(row);
    assertThat(operator.post("/api/devices/", "{\"name\": \"x\", \"device_id\": \"till:1\"}"))
        .extracting(Api.Answer::status)
        .isEqualTo(409);
  }

  @Test
  void allThatIsWrongWithABodyIsSaidAtOnce() {
    Api.Answer refused =
        operator.post(
            "/api/devices/",
            """
            {"name": " ", "platform": "BEOS", "device_id": "a b", "tags": ["ok", ""]}
            """);

    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.at("code")).isEqualTo("invalid_fields");
    assertThat(refused.body().get("errors").findValuesAsText("field"))
        .containsExactly("device_id", "name", "platform", "tags[1]");
    assertThat(operator.post("/api/devices/", "{\"name\": \"x\", \"groups\": [\"none\"]}").status())
        .isEqualTo(422);
    assertThat(operator.post("/api/devices/", "{").status()).isEqualTo(400);
    assertThat(operator.post("/api/devices/", "{\"name\": 5}").status()).isEqualTo(422);
  }

  @Test
  void aListIsFollowedByItsCursor() {
    for (int i = 0; i < 5; i++) {
      operator.post("/api/devices/", "{\"name\": \"Tablet " + i + "\"}");
    }
    Api.Answer page = operator.get("/api/devices/?limit=2&search=tab");
    assertThat(page.body().get("count").asInt()).isEqualTo(5);
    int seen = page.body().get("results").size();
    while (!page.body().get("next").isNull()) {
      page = operator.get(page.at("next"));
      seen += page.body().get("results").size();
    }
    assertThat(seen).isEqualTo(5);
    assertThat(operator.get("/api/devices/?status=ASLEEP").status()).isEqualTo(400);
    assertThat(operator.get("/api/devices/?cursor=x").status()).isEqualTo(400);
    assertThat(operator.get("/api/devices/?group=none").status()).isEqualTo(400);
  }

  @Test
  void nameTagsAndStatusChangeAndThePlatformDoesNot() {
    operator.post("/api/devices/", "{\"name\": \"Old\", \"device_id\": \"d1\", \"tags\": [\"a\"]}");

    Api.Answer changed =
        operator.patch(
            "/api/devices/d1/",
            "{\"name\": \"New\", \"status\": \"MAINTENANCE\", \"platform\": \"IOS\"}");

    assertThat(changed.status()).isEqualTo(200);
    assertThat(changed.at("name")).isEqualTo("New");
    assertThat(changed.at("status")).isEqualTo("MAINTENANCE");
    assertThat(changed.at("platform")).isEqualTo("OTHER");
    assertThat(changed.at("tags.0")).isEqualTo("a");
    assertThat(operator.patch("/api/devices/none/", "{}").status()).isEqualTo(404);
  }

  @Test
  void devicesJoinAndLeaveGroups() {
    operator.post("/api/groups/", "{\"name\": \"kiosks\"}");
    operator.post("/api/devices/", "{\"name\": \"x\", \"device_id\": \"d1\"}");
    operator.post("/api/devices/", "{\"name\": \"x\", \"device_id\": \"d2\"}");

    assertThat(operator.post("/api/groups/kiosks/devices/d1/").status()).isEqualTo(204);
    assertThat(
            operator
                .post("/api/groups/kiosks/devices/", "{\"device_ids\": [\"d1\", \"d2\"]}")
                .status())
        .isEqualTo(204);
    assertThat(operator.get("/api/devices/?group=kiosks").body().get("count").asInt()).isEqualTo(2);
    assertThat(operator.delete("/api/groups/kiosks/devices/d1/").status()).isEqualTo(204);
    assertThat(operator.get("/api/groups/").body().get("count").asInt()).isEqualTo(1);
    assertThat(operator.post("/api/groups/kiosks/devices/none/").status()).isEqualTo(404);
    assertThat(
            operator
                .post("/api/groups/kiosks/devices/", "{\"device_ids\": [\"d1\", \"none\"]}")
                .at("errors.0.field"))
        .isEqualTo("device_ids[1]");
    assertThat(operator.post("/api/groups/", "{\"name\": \"kiosks\"}").status()).isEqualTo(409);
  }
}
