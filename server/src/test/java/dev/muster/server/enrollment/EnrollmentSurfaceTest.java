package dev.muster.server.enrollment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.platform.Database;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.EnrolledDevice;
import dev.muster.server.testing.ServerUnderTest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Enrolling at `/enroll` and `/v1/register`, field by field.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@SuppressWarnings("NullAway.Init") // injected, or set before each test
class EnrollmentSurfaceTest {
  @Inject Database database;
  Api operator;

  @BeforeEach
  void makeOrganization() {
    operator = Api.ofNewOrganization().newUser("operator");
  }

  private static Map<String, Object> agent(String hardwareId) {
    Map<String, Object> agent = new HashMap<>(EnrolledDevice.AGENT);
    agent.put("hardwareId", hardwareId);
    return agent;
  }

  private Api.Answer token(Map<String, Object> body) {
    return operator.post("/api/enrollment-tokens/", body).expect(201);
  }

  @Test
  void theAnswerHasDevicePolicyAndToken() {
    Api.Answer answer =
        EnrolledDevice.enroller(operator).post("/enroll/", EnrolledDevice.AGENT).expect(200);

    assertThat(answer.keys("")).contains("deviceId", "policy", "deviceToken");
    assertThat(answer.keys("deviceId")).containsExactly("value");
    assertThat(UUID.fromString(answer.at("deviceId.value")).version()).isEqualTo(7);
    assertThat(answer.keys("policy"))
        .containsExactlyInAnyOrder("version", "cameraDisabled", "settings");
    assertThat(answer.node("policy.version").asInt()).isEqualTo(1);
    assertThat(answer.node("policy.cameraDisabled").asBoolean()).isTrue();
    assertThat(answer.at("deviceToken")).startsWith("md_");
    assertThat(answer.headers().firstValue("Cache-Control").orElse("")).contains("no-store");
  }

  @Test
  void theOptionalFieldsDescribeTheDevice() {
    Map<String, Object> agent = agent("hw-1");
    agent.put("alias", "Till 7");
    agent.put("platform", "LINUX");
    agent.put("unknown", List.of(1));
    String id =
        EnrolledDevice.enroller(operator).post("/enroll", agent).expect(200).at("deviceId.value");

    Api.Answer row = operator.get("/api/devices/" + id).expect(200);
    assertThat(row.at("name")).isEqualTo("Till 7");
    assertThat(row.at("platform")).isEqualTo("LINUX");
    assertThat(row.at("model")).isEqualTo("Pixel 9");
    assertThat(row.at("os_version")).isEqualTo("16");
    assertThat(row.at("agent_version")).isEqualTo("1.0");
    assertThat(row.at("hardware_id")).isEqualTo("hw-1");
  }

  @Test
  void theSameTokenAndHardwareGiveTheSameDeviceAndAnotherToken() {
    Api enroller = EnrolledDevice.enroller(operator);
    Api.Answer first = enroller.post("/enroll", agent("hw-1")).expect(200);
    Api.Answer again = enroller.post("/enroll", agent("hw-1")).expect(200);

    assertThat(again.at("deviceId.value")).isEqualTo(first.at("deviceId.value"));
    assertThat(again.at("deviceToken")).isNotEqualTo(first.at("deviceToken"));
    assertThat(operator.get("/api/enrollment-tokens/").node("results.0.uses").asInt()).isEqualTo(1);
    Api.with(again.at("deviceToken"))
        .get("/devices/" + first.at("deviceId.value") + "/policy")
        .expect(200);
    assertThat(operator.get("/api/devices/").node("count").asInt()).isEqualTo(1);
  }

  @Test
  void everythingWrongWithAnAgentIsSaidAtOnce() {
    Api enroller = EnrolledDevice.enroller(operator);
    assertThat(enroller.post("/enroll", "{}").expect(422).fields())
        .containsExactly("agentVersion", "model", "osVersion");
    assertThat(
            enroller
                .post(
                    "/enroll",
                    "{\"model\": 5, \"osVersion\": null, \"alias\": \" \", \"platform\": \"BEOS\","
                        + " \"hardwareId\": []}")
                .expect(422)
                .fields())
        .containsExactly("agentVersion", "alias", "hardwareId", "model", "osVersion", "platform");
    enroller.post("/enroll", EnrolledDevice.AGENT).expect(200);
  }

  @Test
  void registeringTakesAnAliasAndConsumesOneUse() {
    Api.Answer token = token(Map.of("max_uses", 2));
    Api enroller = Api.with(token.at("token"));

    Api.Answer made =
        enroller.post("/v1/register/", Map.of("alias", "Till", "hardware_id", "hw")).expect(200);
    assertThat(made.keys(""))
        .containsExactlyInAnyOrder("device_token", "device_id", "command_secret");
    assertThat(operator.get("/api/enrollment-tokens/").node("results.0.uses").asInt()).isEqualTo(1);
    Api.with(made.at("device_token"))
        .get("/devices/" + made.at("device_id") + "/policy")
        .expect(200);
    assertThat(enroller.post("/v1/register", "{\"alias\": 5}").expect(422).fields())
        .containsExactly("alias");
    enroller.post("/v1/register", Map.of("alias", "Other")).expect(200);
    enroller.post("/v1/register", Map.of("alias", "Third")).expect(401);
  }

  @Test
  void anEnrollmentTokenHasItsFieldsAndShowsItsTextOnce() {
    operator.post("/api/groups/", Map.of("name", "shops")).expect(201);
    Api.Answer made = token(Map.of("name", "front", "max_uses", 3, "groups", List.of("shops")));

    assertThat(made.keys(""))
        .contains(
            "id",
            "token",
            "name",
            "max_uses",
            "uses",
            "expires_at",
            "revoked_at",
            "groups",
            "policies");
    assertThat(made.at("token")).startsWith("me_");
    assertThat(made.text()).contains("\"revoked_at\":null");
    Api.Answer listed = operator.get("/api/enrollment-tokens/").expect(200);
    assertThat(listed.text()).doesNotContain(made.at("token")).doesNotContain("\"token\"");
    EnrolledDevice device =
        new EnrolledDevice(
            Api.with(made.at("token"))
                .post("/enroll", EnrolledDevice.AGENT)
                .expect(200)
                .at("deviceId.value"),
            operator,
            made);
    assertThat(operator.get("/api/devices/" + device.id()).at("groups.0")).isEqualTo("shops");
  }

  @Test
  void expiredExhaustedAndRevokedTokensAdmitNobody() {
    Api.Answer expired = token(Map.of());
    database.acrossOrganizations(handle ->
        handle.execute(
            "update credential.enrollment_token set expires_at = now() - interval '1 second'"
                + " where id = ?",
            UUID.fromString(expired.at("id"))));
    Api.Answer exhausted = token(Map.of());
    Api.with(exhausted.at("token")).post("/enroll", agent("hw")).expect(200);
    Api.Answer revoked = token(Map.of());
    operator.delete("/api/enrollment-tokens/" + revoked.at("id") + "/").expect(204);
    String unknown = revoked.at("token").replaceFirst("_[^_]{43}$", "_" + "x".repeat(43));
    for (String text :
        List.of(expired.at("token"), exhausted.at("token"), revoked.at("token"), unknown)) {
      for (String path : List.of("/enroll", "/v1/register")) {
        Map<String, Object> body = agent("another");
        body.put("alias", "x");
        Api.Answer refused = Api.with(text).post(path, body).expect(401);
        assertThat(refused.code()).isEqualTo("enrollment_token_refused");
        assertThat(refused.text()).doesNotContain(text);
      }
    }
    assertThat(operator.get("/api/devices/").node("count").asInt()).isEqualTo(1);
  }

  @Test
  void aRevokedDeviceTokenIsRefusedAtOnce() {
    EnrolledDevice device = EnrolledDevice.in(operator);
    device.self().get("/devices/" + device.id() + "/policy").expect(200);
    operator.delete("/api/devices/" + device.id() + "/token/").expect(204);
    assertThat(device.self().get("/devices/" + device.id() + "/policy").expect(401).code())
        .isEqualTo("unauthenticated");
  }

  @Test
  void anEnrollmentTokenOpensNothingElse() {
    Api enroller = EnrolledDevice.enroller(operator);
    for (String path : List.of("/devices", "/api/devices/", "/api/policies/", "/api/users/me/")) {
      enroller.get(path).expect(403);
    }
  }
}
