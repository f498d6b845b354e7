package dev.muster.server.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.testing.Api;
import dev.muster.server.testing.EnrolledDevice;
import dev.muster.server.testing.ServerUnderTest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Assigning policies to devices and groups as the contract has it.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@SuppressWarnings("NullAway.Init") // set before each test
class AssignmentSurfaceTest {
  private static final String[] ROW_KEYS = {
    "device_id", "policy_id", "policy_name", "status", "version", "group", "assigned_at"
  };

  Api operator;
  String policy;

  @BeforeEach
  void makeDeviceAndPolicy() {
    operator = Api.ofNewOrganization().newUser("operator");
    operator.post("/api/devices/", Map.of("name", "Till", "device_id", "till:1")).expect(201);
    policy =
        operator
            .post("/api/policies/", Map.of("name", "kiosk", "type", "KIOSK"))
            .expect(201)
            .at("id");
  }

  private void publish() {
    operator
        .post("/api/policies/kiosk/versions/", Map.of("payload", Map.of("screenLockSeconds", 60)))
        .expect(201);
  }

  @Test
  void aPolicyWithoutVersionsCannotBeAssigned() {
    for (String path :
        List.of(
            "/api/devices/till:1/assign-policy/kiosk/",
            "/api/devices/till:1/assign-policy/" + policy)) {
      Api.Answer refused = operator.post(path).expect(409);
      assertThat(refused.code()).isEqualTo("no_version");
      assertThat(refused.at("detail")).contains("kiosk");
    }
  }

  @Test
  void anAssignmentIsPendingAndNamesTheVersion() {
    publish();
    publish();

    Api.Answer made =
        operator.post("/api/devices/till:1/assign-policy/" + policy + "/").expect(202);

    assertThat(made.keys("")).containsExactlyInAnyOrder(ROW_KEYS);
    assertThat(made.at("device_id")).isEqualTo("till:1");
    assertThat(made.at("policy_id")).isEqualTo(policy);
    assertThat(made.at("policy_name")).isEqualTo("kiosk");
    assertThat(made.at("status")).isEqualTo("PENDING");
    assertThat(made.node("version").asInt()).isEqualTo(2);
    assertThat(made.node("group").isNull()).isTrue();
    assertThat(operator.post("/api/devices/till:1/assign-policy/kiosk").expect(202).body())
        .isEqualTo(made.body());
    for (String list :
        List.of("/api/policies/kiosk/assignments/", "/api/devices/till:1/policies")) {
      Api.Answer listed = operator.get(list).expect(200);
      assertThat(listed.node("count").asInt()).isEqualTo(1);
      assertThat(listed.node("results.0")).isEqualTo(made.body());
    }
  }

  @Test
  void anAssignmentIsTakenBackOnce() {
    publish();
    operator.post("/api/devices/till:1/assign-policy/kiosk/").expect(202);

    assertThat(operator.delete("/api/devices/till:1/assign-policy/kiosk/").expect(204).text())
        .isEmpty();

    operator.delete("/api/devices/till:1/assign-policy/kiosk/").expect(404);
    assertThat(operator.get("/api/devices/till:1/policies/").node("count").asInt()).isZero();
  }

  @Test
  void unknownDevicesPoliciesAndGroupsAreNotFound() {
    publish();
    operator.post("/api/groups/", Map.of("name", "shops")).expect(201);
    for (String path :
        List.of(
            "/api/devices/none/assign-policy/kiosk/",
            "/api/devices/till:1/assign-policy/none/",
            "/api/groups/none/assign-policy/kiosk/",
            "/api/groups/shops/assign-policy/none/")) {
      assertThat(operator.post(path).expect(404).code()).isEqualTo("not_found");
      operator.delete(path).expect(404);
    }
  }

  @Test
  void aGroupsPolicyReachesItsMembersAndSaysWhence() {
    publish();
    String group = operator.post("/api/groups/", Map.of("name", "shops")).expect(201).at("id");
    operator.post("/api/groups/shops/devices/till:1/").expect(204);

    Api.Answer made = operator.post("/api/groups/shops/assign-policy/kiosk/").expect(202);

    assertThat(made.keys("")).containsExactlyInAnyOrder("group", "policy_id", "status", "version");
    assertThat(made.at("group")).isEqualTo("shops");
    assertThat(made.at("policy_id")).isEqualTo(policy);
    assertThat(made.at("status")).isEqualTo("PENDING");
    assertThat(made.node("version").asInt()).isEqualTo(1);
    Api.Answer listed = operator.get("/api/devices/till:1/policies/").expect(200);
    assertThat(listed.at("results.0.group")).isEqualTo("shops");
    assertThat(operator.post("/api/policies/kiosk/archive/").expect(409).code())
        .isEqualTo("policy_assigned");
    operator.delete("/api/groups/" + group + "/assign-policy/" + policy).expect(204);
    assertThat(operator.get("/api/devices/till:1/policies/").node("count").asInt()).isZero();
  }

  @Test
  void aReportOfTheVersionMakesTheAssignmentApplied() {
    publish();
    EnrolledDevice device = EnrolledDevice.in(operator);
    String path = "/api/devices/" + device.id() + "/assign-policy/kiosk/";
    assertThat(operator.post(path).expect(202).at("status")).isEqualTo("PENDING");
    long version =
        device.self().get("/devices/" + device.id() + "/policy").node("version").asLong();
    assertThat(version).isEqualTo(2);

    report(device, version, 60);
    assertThat(operator.get("/api/policies/kiosk/assignments/").at("results.0.status"))
        .isEqualTo("APPLIED");

    report(device, version, 90);
    assertThat(operator.get("/api/policies/kiosk/assignments/").at("results.0.status"))
        .isEqualTo("FAILED");
  }

  private static void report(EnrolledDevice device, long version, int lockSeconds) {
    device
        .self()
        .post(
            "/devices/" + device.id() + "/report",
            Map.of(
                "appliedPolicyVersion",
                version,
                "cameraDisabled",
                true,
                "compliant",
                true,
                "settings",
                Map.of("screenLockSeconds", lockSeconds)))
        .expect(202);
  }

  @Test
  void jobsAreListedByPolicy() {
    publish();
    Api.Answer jobs = operator.get("/api/policies/kiosk/jobs/?limit=1").expect(200);
    assertThat(jobs.keys("")).containsExactlyInAnyOrder("count", "next", "previous", "results");
    assertThat(jobs.node("results")).isEmpty();
    operator.get("/api/policies/none/jobs/").expect(404);
  }
}
