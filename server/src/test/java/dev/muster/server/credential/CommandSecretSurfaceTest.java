package dev.muster.server.credential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.protocol.CommandSignature;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.EnrolledDevice;
import dev.muster.server.testing.ServerUnderTest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@SuppressWarnings("NullAway.Init") // set before each test
class CommandSecretSurfaceTest {
  Api admin;
  EnrolledDevice device;
  String secret;

  @BeforeEach
  void enroll() {
    admin = Api.ofNewOrganization();
    device = EnrolledDevice.in(admin);
    secret = device.answer().at("commandSecret");
  }

  private String policy() {
    return "/devices/" + device.id() + "/policy";
  }

  private Api showing(String shown) {
    return device.self().withHeader("X-Command-Key", CommandSignature.fingerprint(shown));
  }

  private Api.Answer rotate() {
    return admin.post("/api/devices/" + device.id() + "/rotate-command-secret/").expect(202);
  }

  @Test
  void anEnrollmentAnswersASecretOnBothContracts() {
    assertThat(secret).matches("[A-Za-z0-9_-]{43}");
    Api.Answer registered =
        EnrolledDevice.enroller(admin)
            .post("/v1/register", Map.of("alias", "Till 7", "hardware_id", "hw-7"))
            .expect(200);
    assertThat(registered.keys(""))
        .containsExactlyInAnyOrder("device_token", "device_id", "command_secret");
    assertThat(registered.at("command_secret")).matches("[A-Za-z0-9_-]{43}").isNotEqualTo(secret);
  }

  @Test
  void thePullHasASecretOnlyForADeviceThatShouldTakeIt() {
    assertThat(device.self().get(policy()).expect(200).keys("")).doesNotContain("commandSecret");
    assertThat(showing(secret).get(policy()).expect(200).keys("")).doesNotContain("commandSecret");

    assertThat(rotate().text())
        .isEqualTo("{\"device_id\":\"" + device.id() + "\",\"status\":\"rotation initiated\"}");
    rotate();

    String next = showing(secret).get(policy()).expect(200).at("commandSecret");
    assertThat(next).isNotEqualTo(secret);
    assertThat(showing(secret).get(policy()).expect(200).at("commandSecret")).isEqualTo(next);
    assertThat(showing(next).get(policy()).expect(200).keys("")).doesNotContain("commandSecret");
    assertThat(showing(secret).get(policy()).expect(200).at("commandSecret")).isEqualTo(next);
  }

  @Test
  void nobodyElseIsEverAnsweredASecret() {
    rotate();
    for (Api caller : new Api[] {admin, admin.newUser("operator"), admin.newUser("viewer")}) {
      Api.Answer seen = caller.withHeader("X-Command-Key", "none").get(policy()).expect(200);
      assertThat(seen.keys("")).doesNotContain("commandSecret");
    }
    Api another = EnrolledDevice.in(admin).self();
    assertThat(another.withHeader("X-Command-Key", "none").get(policy()).status()).isEqualTo(403);
    assertThat(showing(secret).get(policy()).expect(200).keys("")).contains("commandSecret");
  }

  @Test
  void aRotationIsInTheLogOfChangesWithoutTheSecret() {
    rotate();
    String next = showing(secret).get(policy()).expect(200).at("commandSecret");

    Api.Answer entries = admin.get("/api/audit/?action=command_secret.rotated").expect(200);

    assertThat(entries.at("results.0.target.id")).isEqualTo(device.id());
    assertThat(entries.text()).doesNotContain(secret, next);
  }

  @Test
  void aRotationIsRefusedWhereItMakesNoSense() {
    assertThat(admin.post("/api/devices/nobody/rotate-command-secret").status()).isEqualTo(404);
    admin.post("/api/devices/" + device.id() + "/retire").expect(200);
    Api.Answer refused =
        admin.post("/api/devices/" + device.id() + "/rotate-command-secret").expect(409);
    assertThat(refused.code()).isEqualTo("device_state");
  }
}
