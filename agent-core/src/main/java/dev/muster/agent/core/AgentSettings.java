package dev.muster.agent.core;

import dev.muster.protocol.Platform;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Who an agent says it is, and how often it looks.
///
/// @param alias what people call the device, null when the server may choose
/// @param enrollmentToken what lets it in, null on a server in open mode or when it is in already
/// @param interval the time between two syncs that nothing else caused
public record AgentSettings(
    String model,
    String osVersion,
    String agentVersion,
    Platform platform,
    @Nullable String alias,
    @Nullable String enrollmentToken,
    Duration interval) {

  /// Without the credential.
  @Override
  public String toString() {
    return "AgentSettings[model=" + model + ", platform=" + platform + ", alias=" + alias + "]";
  }
}
