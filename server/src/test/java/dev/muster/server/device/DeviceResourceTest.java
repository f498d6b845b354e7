package dev.muster.server.device;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.ServerUnderTest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.Map;
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
    assertThat(row.get("lifecycle").asText()).isEqualTo("ACTIVE");
    assertThat(row.get("is_active").asBoolean()).isTrue();
    for (String unknown :
        List.of("user", "user_name", "device_fingerprint", "last_sync_at", "deactivated_at")) {
      assertThat(row.get(unknown).isNull()).as(unknown).isTrue();
    }
    assertThat(row.get("vector_clock").toString()).isEqualTo("{}");
    assertThat(row.get("attributes").toString()).isEqualTo("{}");
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
  void aListGoesBackByItsPreviousLinksAndKeepsItsQuery() {
    for (int i = 0; i < 5; i++) {
      operator.post(
          "/api/devices/",
          "{\"name\": \"n"
              + i
              + "\", \"tags\": [\"a\", \"b\"], \"attributes\": {\"site\": \"x y\"}}");
    }
    String query = "tag=a&tag=b&attribute.site=x%20y&ordering=-name&limit=2";
    Api.Answer first = operator.get("/api/devices/?" + query).expect(200);
    Api.Answer second = operator.get(first.at("next")).expect(200);
    Api.Answer third = operator.get(second.at("next")).expect(200);

    assertThat(first.node("previous").isNull()).isTrue();
    assertThat(first.node("results").findValuesAsText("name")).containsExactly("n4", "n3");
    assertThat(third.node("results").findValuesAsText("name")).containsExactly("n0");
    assertThat(third.node("next").isNull()).isTrue();
    assertThat(operator.get(third.at("previous")).node("results"))
        .isEqualTo(second.node("results"));
    Api.Answer back = operator.get(second.at("previous")).expect(200);
    assertThat(back.node("results")).isEqualTo(first.node("results"));
    assertThat(operator.get(back.at("next")).node("results")).isEqualTo(second.node("results"));

    Api.Answer byOffset = operator.get("/api/devices/?offset=1&" + query).expect(200);
    assertThat(byOffset.node("results").findValuesAsText("name")).containsExactly("n3", "n2");
    assertThat(operator.get(byOffset.at("next")).node("results").findValuesAsText("name"))
        .containsExactly("n1", "n0");
    assertThat(operator.get(byOffset.at("previous")).at("results.0.name")).isEqualTo("n4");
  }

  @Test
  void aSlipInAQueryIsNamed() {
    for (String query :
        List.of(
            "ordering=colour",
            "platform=BEOS",
            "lifecycle=dead",
            "attribute.=x",
            "attribute.a%20b=x",
            "offset=10001",
            "limit=0")) {
      Api.Answer refused = operator.get("/api/devices/?" + query).expect(400);
      assertThat(refused.at("errors.0.field"))
          .isEqualTo(query.substring(0, query.indexOf('=')).replace("%20", " "));
    }
    String cursor = "?limit=1&cursor=0123456789ab.a0.01a1f9ea-c386-782d-9f56-cf456f44e457.";
    assertThat(operator.get("/api/devices/" + cursor).expect(400).at("detail"))
        .contains("other filters");
  }

  @Test
  void attributesAreMergedAndWhatIsWrongWithThemIsNamedByKey() {
    operator
        .post(
            "/api/devices/",
            """
            {"name": "x", "device_id": "d1", "attributes": {"site": "Bern", "floor": 2.50, "spare": true}}
            """)
        .expect(201);

    Api.Answer changed =
        operator
            .patch("/api/devices/d1/", "{\"attributes\": {\"site\": null, \"rack\": \"r 1\"}}")
            .expect(200);

    assertThat(changed.node("attributes").toString())
        .isEqualTo("{\"floor\":2.5,\"rack\":\"r 1\",\"spare\":true}");
    assertThat(operator.get("/api/devices/?attribute.floor=2.5").node("count").asInt())
        .isEqualTo(1);
    assertThat(operator.get("/api/devices/?attribute.rack=r%201").node("count").asInt())
        .isEqualTo(1);
    assertThat(operator.get("/api/devices/?attribute.rack=r").node("count").asInt()).isZero();
    Api.Answer refused =
        operator
            .patch("/api/devices/d1/", "{\"attributes\": {\"a b\": 1, \"list\": [1], \"ok\": 1}}")
            .expect(422);
    assertThat(refused.fields()).containsExactly("attributes.a b", "attributes.list");
    operator.patch("/api/devices/d1/", "{\"attributes\": [1]}").expect(422);
  }

  @Test
  void theHistoryOfADeviceNamesWhoDidWhatInWhichRequest() {
    operator.post("/api/devices/", "{\"name\": \"x\", \"device_id\": \"d1\"}").expect(201);
    operator
        .withHeader("X-Request-ID", "req-4711")
        .patch("/api/devices/d1/", Map.of("name", "y"))
        .expect(200);

    Api.Answer history = operator.get("/api/devices/d1/events/?limit=1").expect(200);

    assertThat(history.node("count").asInt()).isEqualTo(2);
    assertThat(history.at("results.0.kind")).isEqualTo("CHANGED");
    assertThat(history.at("results.0.body.name")).isEqualTo("y");
    assertThat(history.at("results.0.request_id")).isEqualTo("req-4711");
    assertThat(history.at("results.0.actor.kind")).isEqualTo("person");
    assertThat(history.at("results.0.actor.name")).isEqualTo("A operator");
    assertThat(operator.get(history.at("next")).at("results.0.kind")).isEqualTo("REGISTERED");
    for (String query : List.of("kind=SANG", "from=yesterday", "to=1", "cursor=x")) {
      assertThat(operator.get("/api/devices/d1/events/?" + query).expect(400).at("errors.0.field"))
          .isEqualTo(query.substring(0, query.indexOf('=')));
    }
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
