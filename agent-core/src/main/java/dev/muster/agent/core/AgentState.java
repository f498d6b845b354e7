package dev.muster.agent.core;

import org.jspecify.annotations.Nullable;

/// What an agent remembers.
///
/// @param hardwareId names the hardware for good: enrolling again with it gives the same device
///   back
/// @param deviceId the server's name for the device, null before it is enrolled
/// @param deviceToken the credential, null before it is enrolled and on a server in open mode
/// @param sequenceLimit no report has had a sequence above this one
public record AgentState(
    String hardwareId,
    @Nullable String deviceId,
    @Nullable String deviceToken,
    long sequenceLimit) {

  /// The state of hardware that never met a server.
  public static AgentState of(String hardwareId) {
    return new AgentState(hardwareId, null, null, 0);
  }

  AgentState enrolledAs(String id, @Nullable String token) {
    return new AgentState(hardwareId, id, token, sequenceLimit);
  }

  AgentState withSequenceLimit(long limit) {
    return new AgentState(hardwareId, deviceId, deviceToken, limit);
  }

  /// Without the credential.
  @Override
  public String toString() {
    return "AgentState[hardwareId=" + hardwareId + ", deviceId=" + deviceId + "]";
  }
}
