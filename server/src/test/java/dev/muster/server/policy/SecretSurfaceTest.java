package dev.muster.server.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.testing.Api;
import dev.muster.server.testing.ServerUnderTest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What an operator gets to see of secret settings.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@SuppressWarnings("NullAway.Init") // set before each test
class SecretSurfaceTest {
  Api operator;

  @BeforeEach
  void makePolicy() {
    operator = Api.ofNewOrganization().newUser("operator");
    operator.post("/api/policies/", Map.of("name", "office", "type", "WIFI")).expect(201);
  }

  private Api.Answer publish(Map<String, Object> payload) {
    return operator.post("/api/policies/office/versions/", Map.of("payload", payload)).expect(201);
  }

  @Test
  void aSecretSettingIsMaskedInEveryAnswerAndTheMaskKeepsIt() {
    Map<String, Object> network =
        Map.of("ssid", "office", "security", "wpa2", "password", "hunter2hunter2");

    Api.Answer made = publish(Map.of("wifiNetworks", List.of(network)));
    assertThat(made.at("payload.wifiNetworks")).isEqualTo("********");
    Api.Answer kept = publish(Map.of("wifiNetworks", "********", "cameraDisabled", true));
    Api.Answer changed =
        operator
            .patch("/api/policies/office/settings/", Map.of("set", Map.of("cameraDisabled", false)))
            .expect(201);

    assertThat(kept.at("payload.wifiNetworks")).isEqualTo("********");
    assertThat(changed.at("payload.wifiNetworks")).isEqualTo("********");
    assertThat(operator.get("/api/policies/office/versions/").text()).doesNotContain("hunter2");
  }

  @Test
  void whatIsWrongWithASecretSettingIsNamedByItsPlaceAndNotRepeated() {
    Map<String, Object> network = Map.of("ssid", "", "security", "wep", "password", "short");

    Api.Answer refused =
        operator
            .patch(
                "/api/policies/office/settings/",
                Map.of("set", Map.of("wifiNetworks", List.of(network))))
            .expect(422);

    assertThat(refused.fields())
        .containsExactlyInAnyOrder(
            "set.wifiNetworks[0].ssid",
            "set.wifiNetworks[0].security",
            "set.wifiNetworks[0].password");
    assertThat(refused.text()).doesNotContain("wep\"").doesNotContain("\"short");
  }
}
