package dev.muster.agent.core;

import dev.muster.agent.core.ProgressBoard.Update;
import dev.muster.protocol.CommandSignature;
import dev.muster.protocol.Json;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The calls about commands, as requests and answers of the wire.
final class CommandCalls {
  private final Calls calls;

  CommandCalls(Calls calls) {
    this.calls = calls;
  }

  /// What the server answered to a poll.
  ///
  /// @param commandSecret the one to be taken from now on, null when nothing changes
  record Waiting(List<Json> commands, @Nullable String commandSecret) {
    @Override
    public String toString() {
      return commands.size() + " commands";
    }
  }

  /// `GET /v1/agent/commands`: the commands that wait for this device.
  ///
  /// @param commandSecret the one that the device has, null when it has none
  /// @param wait whole seconds for which the server waits for the first one
  Waiting waiting(String deviceToken, @Nullable String commandSecret, Duration wait)
      throws IOException, InterruptedException {
    Json.Obj reply =
        JsonText.readObject(
            calls
                .get(
                    "/v1/agent/commands?wait=" + wait.toMillis() / 1000,
                    deviceToken,
                    Calls.commandKey(commandSecret),
                    wait)
                .body());
    List<Json> commands =
        reply.fields().get("commands") instanceof Json.Arr list
            ? list.items()
            : Collections.emptyList();
    String secret =
        reply.fields().get("command_secret") instanceof Json.Text text && !text.value().isEmpty()
            ? text.value()
            : null;
    return new Waiting(commands, secret);
  }

  /// `POST /v1/action-result`.
  void result(
      @Nullable String deviceToken, Command command, CommandResult result, Instant finishedAt)
      throws IOException, InterruptedException {
    Map<String, Json> body = about(command.requestId(), command.deviceId());
    body.put("action", Json.of(command.action()));
    body.put("outcome", Json.of(result.outcome().word()));
    body.put("message", Json.of(result.message()));
    body.put("finished_at", Json.of(CommandSignature.time(finishedAt)));
    if (!result.data().fields().isEmpty()) {
      body.put("data", result.data());
    }
    calls.post("/v1/action-result", deviceToken, Json.obj(body));
  }

  /// `POST /v1/action-progress`.
  ///
  /// @return whether the command was cancelled meanwhile
  boolean progress(@Nullable String deviceToken, String deviceId, Update update)
      throws IOException, InterruptedException {
    Map<String, Json> body = about(update.requestId(), deviceId);
    body.put("percent", Json.of(update.percent()));
    if (!update.message().isEmpty()) {
      body.put("message", Json.of(update.message()));
    }
    body.put("at", Json.of(CommandSignature.time(update.at())));
    String reply = calls.post("/v1/action-progress", deviceToken, Json.obj(body)).body();
    return Json.of(true).equals(JsonText.readObject(reply).fields().get("cancelled"));
  }

  private static Map<String, Json> about(String requestId, String deviceId) {
    Map<String, Json> body = new TreeMap<>();
    body.put("request_id", Json.of(requestId));
    body.put("device_id", Json.of(deviceId));
    return body;
  }
}
