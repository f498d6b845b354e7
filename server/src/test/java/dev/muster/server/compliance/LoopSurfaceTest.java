package dev.muster.server.compliance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.EnrolledDevice;
import dev.muster.server.testing.ServerUnderTest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The calls of the loop after enrolling, field by field.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@SuppressWarnings("NullAway.Init") // set before each test
class LoopSurfaceTest {
  Api operator;
  EnrolledDevice device;
  String path;

  @BeforeEach
  void enroll() {
    operator = Api.ofNewOrganization().newUser("operator");
    device = EnrolledDevice.in(operator);
    path = "/devices/" + device.id();
  }

  private Api.Answer status() {
    return operator.get(path + "/status").expect(200);
  }

  @Test
  void theFirstPolicyIsVersionOneWithTheDefaults() {
    Api.Answer policy = device.self().get(path + "/policy").expect(200);

    assertThat(policy.keys("")).containsExactlyInAnyOrder("version", "cameraDisabled", "settings");
    assertThat(policy.node("version").isIntegralNumber()).isTrue();
    assertThat(policy.node("version").asInt()).isEqualTo(1);
    assertThat(policy.node("cameraDisabled").isBoolean()).isTrue();
    assertThat(policy.node("cameraDisabled").asBoolean()).isTrue();
    assertThat(policy.node("settings").toString()).isEqualTo("{\"cameraDisabled\":true}");
    assertThat(policy.body()).isEqualTo(device.answer().node("policy"));
    assertThat(operator.get(path + "/policy/").expect(200).body()).isEqualTo(policy.body());
  }

  @Test
  void eachPutRaisesTheVersionByOneWhateverVersionItNames() {
    Api.Answer first =
        operator.put(path + "/policy", Map.of("cameraDisabled", false, "version", 77)).expect(200);
    assertThat(first.keys("")).containsExactlyInAnyOrder("version", "cameraDisabled", "settings");
    assertThat(first.node("version").asInt()).isEqualTo(2);
    assertThat(first.node("cameraDisabled").asBoolean()).isFalse();

    Api.Answer same = operator.put(path + "/policy/", Map.of("cameraDisabled", false)).expect(200);
    assertThat(same.node("version").asInt()).isEqualTo(3);
    assertThat(operator.get(path + "/policy").body()).isEqualTo(same.body());
  }

  @Test
  void withoutSettingsOnlyTheCameraOfTheOverrideChanges() {
    operator
        .put(
            path + "/policy",
            Map.of("cameraDisabled", true, "settings", Map.of("passwordMinLength", 8)))
        .expect(200);

    Api.Answer camera = operator.put(path + "/policy", Map.of("cameraDisabled", false)).expect(200);
    assertThat(camera.node("settings").toString())
        .isEqualTo("{\"cameraDisabled\":false,\"passwordMinLength\":8}");

    Api.Answer whole =
        operator
            .put(path + "/policy", Map.of("cameraDisabled", true, "settings", Map.of()))
            .expect(200);
    assertThat(whole.node("settings").toString()).isEqualTo("{\"cameraDisabled\":true}");
    assertThat(whole.node("version").asInt()).isEqualTo(4);
  }

  @Test
  void deletingTheOverrideGivesTheDefaultsBackUnderANewVersion() {
    operator.put(path + "/policy", Map.of("cameraDisabled", false)).expect(200);
    Api.Answer cleared = operator.delete(path + "/policy").expect(200);
    assertThat(cleared.node("version").asInt()).isEqualTo(3);
    assertThat(cleared.node("cameraDisabled").asBoolean()).isTrue();
  }

  @Test
  void aWrongOverrideIsNamedByFieldAndChangesNothing() {
    assertThat(operator.put(path + "/policy", "{}").expect(422).fields())
        .containsExactly("cameraDisabled");
    for (String camera : List.of("null", "\"true\"", "1", "[]")) {
      assertThat(
              operator
                  .put(path + "/policy", "{\"cameraDisabled\": " + camera + "}")
                  .expect(422)
                  .fields())
          .containsExactly("cameraDisabled");
    }
    assertThat(
            operator
                .put(
                    path + "/policy",
                    Map.of(
                        "cameraDisabled",
                        true,
                        "settings",
                        Map.of("torch", 1, "passwordMinLength", -1)))
                .expect(422)
                .fields())
        .containsExactly("settings.passwordMinLength", "settings.torch");
    operator
        .put(
            path + "/policy",
            Map.of("cameraDisabled", true, "settings", Map.of("cameraDisabled", false)))
        .expect(422);
    operator.put(path + "/policy", "null").expect(400);
    assertThat(operator.get(path + "/policy").node("version").asInt()).isEqualTo(1);
  }

  @Test
  void theStatusOfADeviceThatNeverReportedWritesNull() {
    Api.Answer status = status();

    assertThat(status.keys(""))
        .containsExactlyInAnyOrder("deviceId", "desired", "lastReport", "state", "drift");
    assertThat(status.node("deviceId").toString()).isEqualTo("{\"value\":\"" + device.id() + "\"}");
    assertThat(status.keys("desired"))
        .containsExactlyInAnyOrder("version", "cameraDisabled", "settings");
    assertThat(status.text()).contains("\"lastReport\":null");
    assertThat(status.at("state")).isEqualTo("UNKNOWN");
    assertThat(status.node("drift")).isEmpty();
    assertThat(device.self().get(path + "/status/").expect(200).body()).isEqualTo(status.body());
  }

  @Test
  void theStateFollowsVersionThenSatisfaction() {
    operator.put(path + "/policy", Map.of("cameraDisabled", true)).expect(200);
    assertThat(status().at("state")).isEqualTo("UNKNOWN");

    device.self().post(path + "/report", device.report(1, true)).expect(202);
    assertThat(status().at("state")).isEqualTo("STALE");

    device.self().post(path + "/report", device.report(2, false)).expect(202);
    Api.Answer drifted = status();
    assertThat(drifted.at("state")).isEqualTo("NON_COMPLIANT");
    assertThat(drifted.node("drift").toString())
        .isEqualTo("[{\"actual\":false,\"desired\":true,\"setting\":\"cameraDisabled\"}]");

    Map<String, Object> modest = new HashMap<>(device.report(2, true));
    modest.put("compliant", false);
    assertThat(device.self().post(path + "/report/", modest).expect(202).text()).isEmpty();
    Api.Answer compliant = status();
    assertThat(compliant.at("state")).isEqualTo("COMPLIANT");
    assertThat(compliant.node("lastReport.compliant").asBoolean()).isFalse();

    device.self().post(path + "/report", device.report(9, true)).expect(202);
    assertThat(status().at("state")).isEqualTo("COMPLIANT");
  }

  @Test
  void theLastReportComesBackAsItWasSent() {
    operator
        .put(
            path + "/policy",
            Map.of(
                "cameraDisabled",
                true,
                "settings",
                Map.of("passwordMinLength", 8, "screenLockSeconds", 60, "minOsVersion", "14")))
        .expect(200);
    Map<String, Object> sent = new HashMap<>(device.report(2, true));
    sent.put("sequence", 7);
    sent.put(
        "settings",
        Map.of(
            "passwordMinLength",
            Map.of("unsupported", true),
            "screenLockSeconds",
            Map.of("failed", "no permission")));
    device.self().post(path + "/report", sent).expect(202);

    Api.Answer status = status();
    assertThat(status.keys("lastReport"))
        .contains(
            "deviceId",
            "appliedPolicyVersion",
            "cameraDisabled",
            "compliant",
            "settings",
            "sequence");
    assertThat(status.at("lastReport.deviceId.value")).isEqualTo(device.id());
    assertThat(status.node("lastReport.appliedPolicyVersion").asInt()).isEqualTo(2);
    assertThat(status.node("lastReport.cameraDisabled").asBoolean()).isTrue();
    assertThat(status.node("lastReport.compliant").asBoolean()).isTrue();
    assertThat(status.node("lastReport.sequence").asInt()).isEqualTo(7);
    assertThat(status.node("lastReport.settings.passwordMinLength").toString())
        .isEqualTo("{\"unsupported\":true}");
    assertThat(status.node("drift").findValuesAsText("setting"))
        .containsExactly("minOsVersion", "passwordMinLength", "screenLockSeconds");
    assertThat(status.node("drift.0.actual").isNull()).isTrue();
    assertThat(status.node("drift.2").toString())
        .isEqualTo(
            "{\"actual\":{\"failed\":\"no permission\"},\"desired\":60,"
                + "\"setting\":\"screenLockSeconds\"}");
  }

  @Test
  void anOlderOrRepeatedSequenceIsAcceptedAndIgnored() {
    Map<String, Object> newest = new HashMap<>(device.report(1, true));
    newest.put("sequence", 5);
    device.self().post(path + "/report", newest).expect(202);
    for (int sequence : new int[] {5, 4, 0}) {
      Map<String, Object> old = new HashMap<>(device.report(1, false));
      old.put("sequence", sequence);
      device.self().post(path + "/report", old).expect(202);
    }
    assertThat(status().at("state")).isEqualTo("COMPLIANT");
    Api.Answer reports = operator.get("/api/devices/" + device.id() + "/reports/").expect(200);
    assertThat(reports.node("results")).hasSize(1);
    assertThat(reports.keys("results.0"))
        .containsExactlyInAnyOrder(
            "received_at", "version", "sequence", "compliant_claim", "settings");
  }

  @Test
  void everythingWrongWithAReportIsSaidAtOnce() {
    Api.Answer refused =
        device
            .self()
            .post(
                path + "/report",
                "{\"appliedPolicyVersion\": \"1\", \"cameraDisabled\": 1, \"settings\": []}")
            .expect(422);
    assertThat(refused.fields())
        .containsExactly("appliedPolicyVersion", "cameraDisabled", "compliant", "settings");

    Map<String, Object> numbers = new HashMap<>(device.report(1, true));
    numbers.put("appliedPolicyVersion", 2147483648L);
    numbers.put("sequence", -1);
    assertThat(device.self().post(path + "/report", numbers).expect(422).fields())
        .containsExactly("appliedPolicyVersion", "sequence");

    Map<String, Object> misdirected = new HashMap<>(device.report(1, true));
    misdirected.put("deviceId", Map.of("value", "another"));
    assertThat(device.self().post(path + "/report", misdirected).expect(422).fields())
        .containsExactly("deviceId.value");
    assertThat(status().node("lastReport").isNull()).isTrue();
  }

  @Test
  void pushTokensAreAcceptedFromTheDeviceItself() {
    assertThat(device.self().post(path + "/token", Map.of("token", "fcm")).expect(202).text())
        .isEmpty();
    device.self().post(path + "/token/", Map.of("token", "x".repeat(4096))).expect(202);
    assertThat(device.self().post(path + "/token", Map.of("token", "")).expect(422).fields())
        .containsExactly("token");
    assertThat(device.self().post(path + "/token", Map.of()).expect(422).fields())
        .containsExactly("token");
    operator.post(path + "/token", Map.of("token", "fcm")).expect(403);
  }

  @Test
  void anUnknownDeviceIsNotFoundByAnyCall() {
    Map<String, Object> report =
        Map.of("appliedPolicyVersion", 1, "cameraDisabled", true, "compliant", true);
    device.self().post("/devices/none/token", Map.of("token", "t")).expect(404);
    device.self().get("/devices/none/policy").expect(404);
    operator.get("/devices/none/policy").expect(404);
    operator.put("/devices/none/policy", Map.of("cameraDisabled", true)).expect(404);
    operator.delete("/devices/none/policy").expect(404);
    device.self().post("/devices/none/report", report).expect(404);
    operator.get("/devices/none/status").expect(404);
    assertThat(device.self().get("/devices/none/status").expect(404).code()).isEqualTo("not_found");
  }

  @Test
  void aDeviceTokenIsGoodForItsOwnDeviceOnly() {
    EnrolledDevice other = EnrolledDevice.in(operator);
    String others = "/devices/" + other.id();
    Api self = device.self();
    self.post(others + "/token", Map.of("token", "t")).expect(403);
    self.get(others + "/policy").expect(403);
    self.get(others + "/status").expect(403);
    self.post(others + "/report", other.report(1, true)).expect(403);
    self.put(path + "/policy", Map.of("cameraDisabled", false)).expect(403);
    self.delete(path + "/policy").expect(403);
    self.get("/devices").expect(403);
    assertThat(operator.get(others + "/status").node("lastReport").isNull()).isTrue();
  }

  @Test
  void theDeviceTokenMayComeInItsOwnHeader() {
    String token = device.answer().at("deviceToken");
    Api byHeader = Api.anonymous().withHeader("X-Device-Token", token);
    byHeader.get(path + "/policy").expect(200);
    byHeader.post(path + "/report", device.report(1, true)).expect(202);
    Api.anonymous().withHeader("X-Device-Token", token + "x").get(path + "/policy").expect(401);
  }

  @Test
  void allDevicesAreOneBareArray() {
    EnrolledDevice second = EnrolledDevice.in(operator);
    second.self().post("/devices/" + second.id() + "/report", second.report(1, true)).expect(202);

    Api.Answer all = operator.get("/devices").expect(200);

    assertThat(all.body().isArray()).isTrue();
    assertThat(all.body()).hasSize(2);
    assertThat(all.body().get(0)).isEqualTo(status().body());
    JsonNode reported = all.body().get(1);
    assertThat(reported.at("/deviceId/value").asText()).isEqualTo(second.id());
    assertThat(reported.get("state").asText()).isEqualTo("COMPLIANT");
    assertThat(operator.get("/devices/").expect(200).body()).isEqualTo(all.body());
    assertThat(Api.ofNewOrganization().get("/devices").expect(200).text()).isEqualTo("[]");
  }

  @Test
  void aDeviceIsNamedByHandleOrId() {
    operator.post("/api/devices/", Map.of("name", "Till", "device_id", "till:1.a_b-c")).expect(201);
    String id = operator.get("/api/devices/till:1.a_b-c").expect(200).at("id");
    assertThat(operator.get("/devices/till:1.a_b-c/status").expect(200).at("deviceId.value"))
        .isEqualTo("till:1.a_b-c");
    assertThat(operator.get("/devices/" + id + "/status").expect(200).at("deviceId.value"))
        .isEqualTo("till:1.a_b-c");
  }
}
