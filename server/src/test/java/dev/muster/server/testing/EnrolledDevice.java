package dev.muster.server.testing;

import java.util.Map;

/// A device that came in through the front door, with its own credential.
///
/// @param id its handle
/// @param self calls with its device token
/// @param answer what it was told when it enrolled
public record EnrolledDevice(String id, Api self, Api.Answer answer) {
  /// What an agent has to say of itself, and no more.
  public static final Map<String, Object> AGENT =
      Map.of("model", "Pixel 9", "osVersion", "16", "agentVersion", "1.0");

  /// A new device of the organization of `operator`.
  public static EnrolledDevice in(Api operator) {
    Api.Answer answer = enroller(operator).post("/enroll", AGENT).expect(200);
    return new EnrolledDevice(
        answer.at("deviceId.value"), Api.with(answer.at("deviceToken")), answer);
  }

  /// Whoever holds a new enrollment token, good for one use.
  public static Api enroller(Api operator) {
    return Api.with(operator.post("/api/enrollment-tokens/", Map.of()).expect(201).at("token"));
  }

  /// A report of the loop that says no more than it must.
  public Map<String, Object> report(long version, boolean cameraDisabled) {
    return Map.of(
        "deviceId",
        Map.of("value", id),
        "appliedPolicyVersion",
        version,
        "cameraDisabled",
        cameraDisabled,
        "compliant",
        true);
  }
}
