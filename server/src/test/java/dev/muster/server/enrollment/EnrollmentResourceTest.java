package dev.muster.server.enrollment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.testing.Api;
import dev.muster.server.testing.ServerUnderTest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@SuppressWarnings("NullAway.Init") // set before each test
class EnrollmentResourceTest {
  private static final String AGENT =
      "{\"model\": \"Pixel\", \"osVersion\": \"16\", \"agentVersion\": \"1.0\", \"hardwareId\": \"hw\"}";

  Api admin;
  Api operator;

  @BeforeEach
  void makeOrganization() {
    admin = Api.ofNewOrganization();
    operator = admin.newUser("operator");
  }

  @Test
  void anAgentEnrollsAndTheSameMachineEnrollsAgain() {
    Api enroller = Api.with(token("{}").at("token"));

    Api.Answer first = enroller.post("/enroll", AGENT);
    Api.Answer again = enroller.post("/enroll", AGENT);

    assertThat(first.status()).isEqualTo(200);
    String device = first.at("deviceId.value");
    assertThat(device).hasSize(36);
    assertThat(first.body().at("/policy/version").asInt()).isEqualTo(1);
    assertThat(first.body().at("/policy/cameraDisabled").asBoolean()).isTrue();
    assertThat(first.body().at("/policy/settings/cameraDisabled").asBoolean()).isTrue();
    assertThat(again.at("deviceId.value")).isEqualTo(device);
    Api self = Api.with(again.at("deviceToken"));
    assertThat(self.get("/api/devices/" + device).at("model")).isEqualTo("Pixel");
    assertThat(self.get("/api/devices/").status()).isEqualTo(403);
    assertThat(enroller.post("/enroll", AGENT.replace("hw", "other")).status()).isEqualTo(401);
  }

  @Test
  void allThatIsWrongWithAnEnrollmentIsSaidAtOnce() {
    Api enroller = Api.with(token("{}").at("token"));

    Api.Answer refused =
        enroller.post(
            "/enroll", "{\"model\": \"%s\", \"platform\": \"X\"}".formatted("m".repeat(201)));

    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.body().get("errors").findValuesAsText("field"))
        .containsExactly("agentVersion", "model", "osVersion", "platform");
    assertThat(enroller.post("/enroll", "{\"model\": \"a\\u0000b\"}").status()).isEqualTo(422);
    assertThat(enroller.post("/enroll", "[]").status()).isEqualTo(422);
    assertThat(enroller.post("/enroll", AGENT).status()).isEqualTo(200);
  }

  @Test
  void aDeviceOfTheOtherContractRegistersWithOneUse() {
    Api.Answer token = token("{\"max_uses\": 2}");
    Api enroller = Api.with(token.at("token"));

    Api.Answer made = enroller.post("/v1/register", "{\"alias\": \"Till 7\"}");

    assertThat(made.status()).isEqualTo(200);
    assertThat(made.keys(""))
        .containsExactlyInAnyOrder("device_token", "device_id", "command_secret");
    assertThat(operator.get("/api/devices/" + made.at("device_id")).at("name")).isEqualTo("Till 7");
    assertThat(operator.get("/api/enrollment-tokens/").body().at("/results/0/uses").asInt())
        .isEqualTo(1);
    assertThat(enroller.post("/v1/register", "{}").at("errors.0.field")).isEqualTo("alias");
  }

  @Test
  void anEnrollmentTokenIsMadeListedAndRevoked() {
    operator.post("/api/groups/", "{\"name\": \"kiosks\"}");
    Api.Answer made = token("{\"name\": \"front\", \"max_uses\": 3, \"groups\": [\"kiosks\"]}");

    assertThat(made.at("token")).startsWith("me_");
    assertThat(made.body().at("/groups/0").asText()).isEqualTo("kiosks");
    assertThat(made.body().at("/revoked_at").isNull()).isTrue();
    Api.Answer listed = operator.get("/api/enrollment-tokens/");
    assertThat(listed.body().at("/results/0").has("token")).isFalse();
    assertThat(listed.at("results.0.name")).isEqualTo("front");

    Api.Answer gone = operator.delete("/api/enrollment-tokens/" + made.at("id") + "/");

    assertThat(gone.status()).isEqualTo(204);
    Api.Answer refused = Api.with(made.at("token")).post("/enroll", AGENT);
    assertThat(refused.status()).isEqualTo(401);
    assertThat(refused.at("code")).isEqualTo("enrollment_token_refused");
  }

  @Test
  void aTokenOutOfRangeOrForTheUnknownIsRefused() {
    Api.Answer refused =
        operator.post(
            "/api/enrollment-tokens/", "{\"max_uses\": 0, \"expires_in_seconds\": 99999999}");

    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.body().get("errors").findValuesAsText("field"))
        .containsExactly("expires_in_seconds", "max_uses");
    assertThat(operator.post("/api/enrollment-tokens/", "{\"groups\": [\"x\"]}").status())
        .isEqualTo(422);
  }

  @Test
  void aDeviceWhoseTokensAreRevokedIsLockedOutAtOnceAndMayEnrollAgain() {
    Api enroller = Api.with(token("{}").at("token"));
    Api.Answer enrolled = enroller.post("/enroll", AGENT);
    String path = "/api/devices/" + enrolled.at("deviceId.value");
    Api self = Api.with(enrolled.at("deviceToken"));
    assertThat(self.get(path).status()).isEqualTo(200);

    assertThat(operator.delete(path + "/token/").status()).isEqualTo(204);

    assertThat(self.get(path).status()).isEqualTo(401);
    Api.Answer again = enroller.post("/enroll", AGENT);
    assertThat(Api.with(again.at("deviceToken")).get(path).status()).isEqualTo(200);
  }

  @Test
  void enrollingTakesAnEnrollmentToken() {
    assertThat(Api.anonymous().post("/enroll", AGENT).status()).isEqualTo(401);
    assertThat(Api.with("me_none").post("/enroll", AGENT).status()).isEqualTo(401);
    assertThat(operator.post("/enroll", AGENT).status()).isEqualTo(403);
    Api viewer = admin.newUser("viewer");
    assertThat(viewer.post("/api/enrollment-tokens/", "{}").status()).isEqualTo(403);
    Api enroller = Api.with(token("{}").at("token"));
    assertThat(enroller.get("/api/devices/").status()).isEqualTo(403);
  }

  private Api.Answer token(String body) {
    Api.Answer made = operator.post("/api/enrollment-tokens/", body);
    assertThat(made.status()).isEqualTo(201);
    return made;
  }
}
