package dev.muster.agent.core;

import org.jspecify.annotations.Nullable;

/// What an agent remembers.
///
/// @param hardwareId names the hardware for good: enrolling again with it gives the same device
///   back
/// @param deviceId the server's name for the device, null before it is enrolled
/// @param deviceToken the credential, null before it is enrolled and on a server in open mode
/// @param sequenceLimit no report has had a sequence above this one
/// @param commandSecret what commands are signed with, null before the server has handed it out
public record AgentState(
    String hardwareId,
    @Nullable String deviceId,
    @Nullable String deviceToken,
    long sequenceLimit,
    @Nullable String commandSecret) {

  /// The state of hardware that never met a server.
  public static AgentState of(String hardwareId) {
    return new AgentState(hardwareId, null, null, 0, null);
  }

  /// @param secret null when the server sent none; then one that the same device had stays good
  AgentState enrolledAs(String id, @Nullable String token, @Nullable String secret) {
    String kept = id.equals(deviceId) ? commandSecret : null;
    return new AgentState(hardwareId, id, token, sequenceLimit, secret == null ? kept : secret);
  }

  AgentState withSequenceLimit(long limit) {
    return new AgentState(hardwareId, deviceId, deviceToken, limit, commandSecret);
  }

  AgentState withCommandSecret(String secret) {
    return new AgentState(hardwareId, deviceId, deviceToken, sequenceLimit, secret);
  }

  /// The same hardware, and nobody any more.
  AgentState erased() {
    return new AgentState(hardwareId, null, null, sequenceLimit, null);
  }

  /// Without the credentials.
  @Override
  public String toString() {
    return "AgentState[hardwareId=" + hardwareId + ", deviceId=" + deviceId + "]";
  }
}
