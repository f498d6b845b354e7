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

  /// A command was accepted and will be carried out.
  record CommandAccepted(String requestId, String action) implements AgentEvent {}

  /// Something that looks like a command was not answered, because it may come from anybody or
  /// cannot be kept.
  ///
  /// @param reason a sentence for people
  record CommandIgnored(String reason) implements AgentEvent {}

  /// A command has ended; the server is still to be told.
  record CommandEnded(String requestId, String action, CommandResult result)
      implements AgentEvent {}

  /// The server knows what became of a command.
  record ResultDelivered(String requestId) implements AgentEvent {}

  /// The server will never know from this agent what became of a command.
  ///
  /// @param reason a sentence for people
  record ResultDropped(String requestId, String reason) implements AgentEvent {}

  /// Commands cannot be fetched or their results not be delivered; the next try follows after
  /// `retryIn`.
  ///
  /// @param reason a sentence for people
  record CommandsDelayed(String reason, Duration retryIn) implements AgentEvent {}

  /// The store of commands does not work, because the disk is full, say. Nothing is carried out
  /// meanwhile; the next try follows after `retryIn`.
  ///
  /// @param reason a sentence for people
  record StoreFailed(String reason, Duration retryIn) implements AgentEvent {}

  /// The server has heartbeats.
  ///
  /// @param count more than one after an outage
  record HeartbeatsSent(int count) implements AgentEvent {}

  /// The server will never have a heartbeat that was taken.
  ///
  /// @param reason a sentence for people
  record HeartbeatDropped(String reason) implements AgentEvent {}

  /// Heartbeats cannot be taken or sent; the next try follows after `retryIn`.
  ///
  /// @param reason a sentence for people
  record HeartbeatsDelayed(String reason, Duration retryIn) implements AgentEvent {}

  /// The device was erased by a command, the server knows, and the agent has forgotten who it is.
  record Erased(String deviceId) implements AgentEvent {}
}
