package dev.muster.server.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.muster.protocol.Catalogue;
import dev.muster.protocol.Setting;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.ServerUnderTest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Policies, versions and rollback as the contract has them, field by field.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@SuppressWarnings("NullAway.Init") // set before each test
class PolicySurfaceTest {
  private static final String[] VERSION_KEYS = {
    "id",
    "policy_id",
    "version",
    "is_current",
    "payload",
    "checksum",
    "comment",
    "created_by",
    "created_at"
  };

  Api operator;

  @BeforeEach
  void makeOrganization() {
    operator = Api.ofNewOrganization().newUser("operator");
  }

  private Api.Answer create(String name, String type) {
    return operator.post("/api/policies/", Map.of("name", name, "type", type)).expect(201);
  }

  private Api.Answer publish(String policy, Map<String, Object> payload) {
    return operator
        .post("/api/policies/" + policy + "/versions/", Map.of("payload", payload))
        .expect(201);
  }

  @Test
  void aNewPolicyHasNoVersionAndSaysSo() {
    Api.Answer made =
        operator
            .post(
                "/api/policies",
                Map.of("name", " kiosk ", "type", "KIOSK", "description", "In shops", "more", 1))
            .expect(201);

    assertThat(made.keys(""))
        .containsExactlyInAnyOrder(
            "id",
            "name",
            "type",
            "description",
            "priority",
            "current_version",
            "current_version_id",
            "activations",
            "archived_at",
            "created_at",
            "updated_at");
    assertThat(UUID.fromString(made.at("id")).version()).isEqualTo(7);
    assertThat(made.node("id").isTextual()).isTrue();
    assertThat(made.at("name")).isEqualTo("kiosk");
    assertThat(made.at("type")).isEqualTo("KIOSK");
    assertThat(made.at("description")).isEqualTo("In shops");
    assertThat(made.node("priority").asInt()).isEqualTo(100);
    assertThat(made.text()).contains("\"current_version\":null");
    assertThat(made.at("created_at")).endsWith("Z");
    assertThat(Instant.parse(made.at("created_at"))).isBefore(Instant.now().plusSeconds(1));
    assertThat(operator.get("/api/policies/" + made.at("id")).expect(200).body())
        .isEqualTo(made.body());
    assertThat(operator.get("/api/policies/" + made.at("id") + "/").expect(200).body())
        .isEqualTo(made.body());
    assertThat(operator.get("/api/policies/kiosk/").expect(200).body()).isEqualTo(made.body());
  }

  @ParameterizedTest
  @EnumSource(PolicyType.class)
  void everyTypeOfTheContractIsTaken(PolicyType type) {
    assertThat(create("one", type.name()).at("type")).isEqualTo(type.name());
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"passcode\"", "\"OTHER\"", "\"\"", "0", "true", "[\"APPS\"]", "null"})
  void anyOtherTypeIsRefusedByName(String type) {
    Api.Answer refused =
        operator.post("/api/policies/", "{\"name\": \"x\", \"type\": " + type + "}").expect(422);

    assertThat(refused.fields()).containsExactly("type");
    assertThat(refused.at("detail"))
        .contains("PASSCODE, WIFI, RESTRICTIONS, APPS, KIOSK, UPDATES, CUSTOM");
  }

  @Test
  void aNameIsUniqueInTheOrganizationAndNeverLooksLikeAnId() {
    create("kiosk", "KIOSK");
    assertThat(
            operator
                .post("/api/policies/", Map.of("name", "kiosk", "type", "APPS"))
                .expect(409)
                .code())
        .isEqualTo("already_exists");
    Api.ofNewOrganization()
        .post("/api/policies/", Map.of("name", "kiosk", "type", "APPS"))
        .expect(201);
    for (String name : List.of("defaults", UUID.randomUUID().toString(), " ", "x".repeat(201))) {
      assertThat(
              operator
                  .post("/api/policies/", Map.of("name", name, "type", "APPS"))
                  .expect(422)
                  .fields())
          .containsExactly("name");
    }
    create("a/b ü", "APPS");
    operator.get("/api/policies/a%2Fb%20%C3%BC/versions/").expect(200);
  }

  @Test
  void versionsCountFromOneAndTheNewestIsCurrent() {
    String policy = create("kiosk", "KIOSK").at("id");

    Api.Answer first =
        operator.post("/api/policies/kiosk/versions/", Map.of("comment", "empty")).expect(201);
    Api.Answer second = publish(policy, Map.of("cameraDisabled", true));

    assertThat(first.keys("")).containsExactlyInAnyOrder(VERSION_KEYS);
    assertThat(first.at("policy_id")).isEqualTo(policy);
    assertThat(first.node("version").asInt()).isEqualTo(1);
    assertThat(first.node("is_current").asBoolean()).isTrue();
    assertThat(first.node("payload")).isEmpty();
    assertThat(first.at("comment")).isEqualTo("empty");
    assertThat(first.at("checksum")).matches("[0-9a-f]{64}");
    assertThat(first.at("created_by")).isEqualTo(operator.get("/api/users/me/").at("id"));
    assertThat(second.node("version").asInt()).isEqualTo(2);
    assertThat(second.node("payload.cameraDisabled").asBoolean()).isTrue();
    assertThat(second.at("checksum")).isNotEqualTo(first.at("checksum"));
    Api.Answer listed = operator.get("/api/policies/kiosk/versions").expect(200);
    assertThat(listed.node("results").findValuesAsText("version")).containsExactly("2", "1");
    assertThat(listed.node("results").findValuesAsText("is_current"))
        .containsExactly("true", "false");
    assertThat(operator.get("/api/policies/kiosk").node("current_version").asInt()).isEqualTo(2);
    assertThat(publish(policy, Map.of("cameraDisabled", true)).at("checksum"))
        .isEqualTo(second.at("checksum"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "null", "{}", "{\"payload\": null}"})
  void aVersionWithoutPayloadIsEmpty(String body) {
    create("kiosk", "KIOSK");

    Api.Answer made = operator.post("/api/policies/kiosk/versions/", body).expect(201);

    assertThat(made.node("payload").isObject()).isTrue();
    assertThat(made.node("payload")).isEmpty();
  }

  @Test
  void publishingAndRollingBackTakeNoBody() {
    create("kiosk", "KIOSK");
    operator.post("/api/policies/kiosk/versions/").expect(201);
    operator.post("/api/policies/kiosk/versions/").expect(201);
    operator.post("/api/policies/kiosk/rollback/1/").expect(202);
  }

  @Test
  void rollingBackNamesTheVersionByIdOrNumberAndAddsNone() {
    String policy = create("kiosk", "KIOSK").at("id");
    String first = publish(policy, Map.of("cameraDisabled", true)).at("id");
    publish(policy, Map.of("cameraDisabled", false));

    Api.Answer byId =
        operator.post("/api/policies/" + policy + "/rollback/" + first + "/").expect(202);
    assertThat(byId.keys("")).containsExactlyInAnyOrder("status", "policy_id", "version");
    assertThat(byId.at("status")).isEqualTo("rollback initiated");
    assertThat(byId.at("policy_id")).isEqualTo(policy);
    assertThat(byId.node("version").asInt()).isEqualTo(1);
    assertThat(operator.post("/api/policies/kiosk/rollback/1").expect(409).code())
        .isEqualTo("already_current");
    assertThat(operator.post("/api/policies/kiosk/rollback/2").expect(202).node("version").asInt())
        .isEqualTo(2);

    assertThat(operator.get("/api/policies/kiosk/versions/").node("count").asInt()).isEqualTo(2);
    Api.Answer activations = operator.get("/api/policies/kiosk/activations/").expect(200);
    assertThat(activations.keys("results.0"))
        .containsExactlyInAnyOrder(
            "id", "version_id", "version", "sequence", "kind", "activated_by", "activated_at");
    assertThat(activations.node("results").findValuesAsText("version"))
        .containsExactly("2", "1", "2", "1");
    assertThat(activations.node("results").findValuesAsText("kind"))
        .containsExactly("ROLLED_BACK", "ROLLED_BACK", "PUBLISHED", "PUBLISHED");
  }

  @Test
  void aVersionOfAnotherPolicyOrNoneIsNotFound() {
    create("one", "KIOSK");
    create("other", "KIOSK");
    String foreign = publish("other", Map.of()).at("id");
    publish("one", Map.of());
    for (String version :
        List.of(foreign, UUID.randomUUID().toString(), "0", "2", "-1", "x", "99999999999999")) {
      assertThat(operator.post("/api/policies/one/rollback/" + version + "/").expect(404).code())
          .isEqualTo("not_found");
    }
    operator.post("/api/policies/none/rollback/1/").expect(404);
  }

  @Test
  void everyWrongSettingIsNamedAndNothingIsPublished() {
    create("kiosk", "KIOSK");

    Api.Answer refused =
        operator
            .post(
                "/api/policies/kiosk/versions/",
                Map.of(
                    "payload",
                    Map.of(
                        "torch",
                        true,
                        "passwordMinLength",
                        65,
                        "minOsVersion",
                        16,
                        "cameraDisabled",
                        true)))
            .expect(422);

    assertThat(refused.code()).isEqualTo("invalid_settings");
    assertThat(refused.fields())
        .containsExactly("payload.minOsVersion", "payload.passwordMinLength", "payload.torch");
    assertThat(operator.get("/api/policies/kiosk/versions/").node("count").asInt()).isZero();
  }

  @Test
  void aCustomPolicyHasFreeKeysButKeepsTheCatalogue() {
    create("ours", "CUSTOM");
    Api.Answer made =
        publish("ours", Map.of("com.example.torch", Map.of("b", List.of(1, "x"), "a", true)));
    assertThat(made.node("payload").get("com.example.torch").toString())
        .isEqualTo("{\"a\":true,\"b\":[1,\"x\"]}");
    assertThat(
            operator
                .post(
                    "/api/policies/ours/versions/",
                    Map.of("payload", Map.of("screenLockSeconds", 4)))
                .expect(422)
                .fields())
        .containsExactly("payload.screenLockSeconds");
  }

  @Test
  void theCatalogueIsListedAndSaysWhatIsSecret() {
    Api.Answer listed = operator.get("/api/settings-catalogue/").expect(200);

    assertThat(listed.node("count").asInt()).isEqualTo(Catalogue.all().size());
    assertThat(listed.node("results").findValuesAsText("key"))
        .containsExactlyElementsOf(Catalogue.all().stream().map(Setting::key).toList());
    assertThat(listed.keys("results.0"))
        .containsExactlyInAnyOrder("key", "type", "platforms", "secret", "satisfied", "summary");
    for (JsonNode row : listed.node("results")) {
      assertThat(row.get("secret").asBoolean())
          .as(row.toString())
          .isEqualTo(row.get("key").asText().equals("wifiNetworks"));
    }
  }

  @Test
  void aChangeOfSettingsPublishesTheRestUnchanged() {
    create("kiosk", "KIOSK");
    publish("kiosk", Map.of("cameraDisabled", true, "passwordMinLength", 8));

    Api.Answer changed =
        operator
            .patch(
                "/api/policies/kiosk/settings/",
                Map.of(
                    "set",
                    Map.of("screenLockSeconds", 60),
                    "unset",
                    List.of("passwordMinLength"),
                    "comment",
                    "shops"))
            .expect(201);

    assertThat(changed.keys("")).containsExactlyInAnyOrder(VERSION_KEYS);
    assertThat(changed.keys("payload"))
        .containsExactlyInAnyOrder("cameraDisabled", "screenLockSeconds");
    assertThat(changed.at("comment")).isEqualTo("shops");
    assertThat(
            operator
                .post("/api/policies/kiosk/versions/", Map.of("base_version", 1))
                .expect(409)
                .code())
        .isEqualTo("stale_version");
    operator.post("/api/policies/kiosk/versions/", Map.of("base_version", 2)).expect(201);
  }

  @Test
  void anArchivedPolicyIsReadButNeverUsedAgain() {
    String policy = "/api/policies/" + create("kiosk", "KIOSK").at("id");
    publish("kiosk", Map.of());
    publish("kiosk", Map.of());

    Api.Answer archived = operator.post("/api/policies/kiosk/archive/").expect(200);

    assertThat(archived.at("archived_at")).endsWith("Z");
    for (String call : List.of("archive", "versions", "rollback/1")) {
      assertThat(operator.post(policy + "/" + call).expect(409).code())
          .isEqualTo("policy_archived");
    }
    operator.get(policy).expect(200);
    operator.get("/api/policies/kiosk").expect(404);
    create("kiosk", "KIOSK");
    operator.post("/api/policies/defaults/archive/").expect(409);
  }

  @Test
  void aListIsWalkedByItsLinksInBothDirections() {
    List<String> names = List.of("a", "b", "c", "d", "e");
    names.forEach(name -> create(name, "APPS"));

    Api.Answer page = operator.get("/api/policies/?limit=2").expect(200);
    assertThat(page.keys("")).containsExactlyInAnyOrder("count", "next", "previous", "results");
    assertThat(page.node("count").asInt()).isEqualTo(5);
    assertThat(page.node("previous").isNull()).isTrue();
    List<String> seen = new ArrayList<>(names(page));
    while (!page.node("next").isNull()) {
      page = operator.get(page.at("next")).expect(200);
      seen.addAll(names(page));
    }
    assertThat(seen).isEqualTo(names);
    assertThat(names(operator.get(page.at("previous")).expect(200))).containsExactly("c", "d");
    assertThat(operator.get("/api/policies/?offset=9").expect(200).node("results")).isEmpty();
    assertThat(operator.get("/api/policies").expect(200).node("results")).hasSize(5);
    operator.get("/api/policies/?limit=500").expect(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "limit=0",
        "limit=501",
        "limit=-1",
        "limit=x",
        "limit=1.5",
        "limit=99999999999999",
        "offset=-1",
        "offset=x",
        "offset=99999999999999"
      })
  void aLimitOrOffsetOutOfBoundsIsABadParameter(String query) {
    Api.Answer refused = operator.get("/api/policies/?" + query).expect(400);
    assertThat(refused.code()).isEqualTo("invalid_parameter");
    assertThat(refused.fields()).containsExactly(query.substring(0, query.indexOf('=')));
  }

  private static List<String> names(Api.Answer page) {
    List<String> names = new ArrayList<>();
    for (JsonNode row : page.node("results")) {
      names.add(row.get("name").asText());
    }
    return names;
  }
}
