package dev.muster.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/// A device that does nothing by itself.
record FakeDevice(String id, String token, Rest rest) {
  /// Enrolls with a token.
  static FakeDevice enroll(Rest rest, String enrollmentToken, String hardwareId) {
    JsonNode answer = rest.as(enrollmentToken).post("/enroll", enrollment(hardwareId)).expect(200);
    String token = answer.path("deviceToken").asText();
    return new FakeDevice(answer.at("/deviceId/value").asText(), token, rest.as(token));
  }

  /// The body of an enrollment.
  static Map<String, ?> enrollment(String hardwareId) {
    return Map.of(
        "model",
        "Pixel 9",
        "osVersion",
        "16",
        "agentVersion",
        "1.0",
        "platform",
        "ANDROID",
        "hardwareId",
        hardwareId);
  }

  /// The same device as it speaks to another node.
  FakeDevice at(Rest node) {
    return new FakeDevice(id, token, node.as(token));
  }

  Rest.Reply pull() {
    return rest.get("/devices/" + id + "/policy");
  }

  /// Reports that it is all that the version asks for.
  Rest.Reply report(JsonNode policy, long sequence) {
    return rest.post(
        "/devices/" + id + "/report",
        Map.of(
            "deviceId",
            Map.of("value", id),
            "appliedPolicyVersion",
            policy.path("version").asLong(),
            "cameraDisabled",
            policy.path("cameraDisabled").asBoolean(),
            "compliant",
            true,
            "settings",
            policy.path("settings"),
            "sequence",
            sequence));
  }
}
