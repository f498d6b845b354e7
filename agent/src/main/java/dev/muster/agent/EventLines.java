package dev.muster.agent;

import dev.muster.agent.core.AgentEvent;
import dev.muster.protocol.Drift;
import java.time.Duration;

/// What happens in an agent, told in sentences.
final class EventLines {
  private EventLines() {}

  static String line(AgentEvent event) {
    return switch (event) {
      case AgentEvent.Enrolled enrolled -> "Enrolled as " + enrolled.deviceId();
      case AgentEvent.Synced synced ->
          "Policy version "
              + synced.version()
              + (synced.drift().isEmpty()
                  ? ": all as it should be"
                  : ": not as it should be in "
                      + String.join(", ", synced.drift().stream().map(Drift::setting).toList()));
      case AgentEvent.SyncFailed failed -> again(failed.reason(), failed.retryIn());
      case AgentEvent.CommandAccepted(String request, String action) ->
          "Command %s (%s): accepted".formatted(action, request);
      case AgentEvent.CommandIgnored(String reason) -> reason;
      case AgentEvent.CommandEnded ended ->
          "Command %s (%s): %s, %s"
              .formatted(
                  ended.action(),
                  ended.requestId(),
                  ended.result().outcome().word(),
                  ended.result().message());
      case AgentEvent.ResultDelivered(String request) ->
          "The server knows what became of " + request;
      case AgentEvent.ResultDropped(String request, String reason) ->
          "The server will not know what became of " + request + ": " + reason;
      case AgentEvent.CommandsDelayed(String reason, Duration retryIn) ->
          "Commands: " + again(reason, retryIn);
      case AgentEvent.StoreFailed(String reason, Duration retryIn) -> again(reason, retryIn);
      case AgentEvent.HeartbeatsSent(int count) ->
          count == 1
              ? "The server has a heartbeat"
              : "The server has " + count + " heartbeats that were taken earlier";
      case AgentEvent.HeartbeatDropped(String reason) ->
          "The server will not have a heartbeat: " + reason;
      case AgentEvent.HeartbeatsDelayed(String reason, Duration retryIn) ->
          "Heartbeats: " + again(reason, retryIn);
      case AgentEvent.Erased(String device) ->
          "Erased: this device is no longer "
              + device
              + ". It enrolls again when it is started again";
    };
  }

  private static String again(String reason, Duration retryIn) {
    return "%s; trying again in %.1f s".formatted(reason, retryIn.toMillis() / 1000.0);
  }
}
