package dev.muster.agent.core;

import dev.muster.protocol.Drift;
import java.time.Duration;
import java.util.List;

/// What happened in an agent, for logs and progress. No event holds a credential.
public sealed interface AgentEvent {

  /// The server took the device in, for the first time or again.
  record Enrolled(String deviceId) implements AgentEvent {}

  /// A sync went through.
  ///
  /// @param drift in what the device is still not what it should be
  record Synced(long version, List<Drift> drift) implements AgentEvent {}

  /// A sync did not go through; the next one follows after `retryIn`.
  ///
  /// @param reason a sentence for people
  record SyncFailed(String reason, Duration retryIn) implements AgentEvent {}
}
