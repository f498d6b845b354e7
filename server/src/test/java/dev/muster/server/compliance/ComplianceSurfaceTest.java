package dev.muster.server.compliance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.testing.Api;
import dev.muster.server.testing.EnrolledDevice;
import dev.muster.server.testing.ServerUnderTest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Counts and lists of the fleet's compliance.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@SuppressWarnings("NullAway.Init") // set before each test
class ComplianceSurfaceTest {
  Api operator;
  EnrolledDevice silent;
  EnrolledDevice drifted;

  @BeforeEach
  void enrollTwo() {
    operator = Api.ofNewOrganization().newUser("operator");
    silent = EnrolledDevice.in(operator);
    drifted = EnrolledDevice.in(operator);
    drifted
        .self()
        .post("/devices/" + drifted.id() + "/report", drifted.report(1, false))
        .expect(202);
  }

  @Test
  void everyStateIsCounted() {
    Api.Answer summary = operator.get("/api/compliance/summary/").expect(200);
    assertThat(summary.keys("")).containsExactlyInAnyOrder("total", "counts");
    assertThat(summary.node("total").asInt()).isEqualTo(2);
    assertThat(summary.node("counts").toString())
        .isEqualTo("{\"UNKNOWN\":1,\"STALE\":0,\"COMPLIANT\":0,\"NON_COMPLIANT\":1}");
  }

  @Test
  void devicesAreListedByStateWithTheirDrift() {
    Api.Answer listed = operator.get("/api/compliance/devices/?state=NON_COMPLIANT").expect(200);
    assertThat(listed.node("count").asInt()).isEqualTo(1);
    assertThat(listed.keys("results.0"))
        .containsExactlyInAnyOrder(
            "device_id",
            "name",
            "platform",
            "state",
            "desired_version",
            "reported_version",
            "reported_at",
            "drift");
    assertThat(listed.at("results.0.device_id")).isEqualTo(drifted.id());
    assertThat(listed.at("results.0.drift.0.setting")).isEqualTo("cameraDisabled");
    Api.Answer unknown = operator.get("/api/compliance/devices?state=unknown").expect(200);
    assertThat(unknown.at("results.0.device_id")).isEqualTo(silent.id());
    assertThat(unknown.node("results.0.reported_at").isNull()).isTrue();
    assertThat(operator.get("/api/compliance/devices/?state=STALE").node("count").asInt()).isZero();
  }

  @Test
  void theListIsWalkedByItsCursor() {
    Api.Answer page = operator.get("/api/compliance/devices/?limit=1").expect(200);
    assertThat(page.node("count").asInt()).isEqualTo(2);
    Api.Answer second = operator.get(page.at("next")).expect(200);
    assertThat(second.at("results.0.device_id")).isEqualTo(drifted.id());
    assertThat(operator.get("/api/compliance/devices/?cursor=x").expect(400).fields())
        .containsExactly("cursor");
    assertThat(operator.get("/api/compliance/devices/?state=FINE").expect(400).fields())
        .containsExactly("state");
  }
}
