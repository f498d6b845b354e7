package dev.muster.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/// A device that holds its doorbell open and says of each command that it is done. It checks no
/// signature and keeps nothing, so that thousands fit in a process.
final class LightAgent implements WebSocket.Listener {
  private final Api api;
  private final Receipts receipts;
  private final Semaphore posting;
  private final StringBuilder message = new StringBuilder();

  /// @param posting how many results the whole process posts at once
  LightAgent(Api api, Receipts receipts, Semaphore posting) {
    this.api = api;
    this.receipts = receipts;
    this.posting = posting;
  }

  /// Connects the agent to its doorbell.
  static CompletionStage<WebSocket> connect(
      HttpClient http, URI server, String token, LightAgent agent) {
    return http.newWebSocketBuilder()
        .header("Authorization", "Bearer " + token)
        .buildAsync(URI.create("ws://" + server.getAuthority() + "/v1/agent/doorbell"), agent);
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
    message.append(data);
    if (last) {
      Instant now = Instant.now();
      String text = message.toString();
      message.setLength(0);
      heard(text, now);
    }
    socket.request(1);
    return null;
  }

  private void heard(String text, Instant now) {
    try {
      JsonNode command = Api.JSON.readTree(text);
      if (!command.path("type").asText().equals("command")) {
        return;
      }
      receipts.received(command, now);
      var _ = Thread.startVirtualThread(() -> answer(command));
    } catch (IOException malformed) {
      receipts.failed(malformed);
    }
  }

  private void answer(JsonNode command) {
    posting.acquireUninterruptibly();
    try {
      var _ =
          api.send(
              "POST",
              "/v1/action-result",
              Map.of(
                  "request_id", command.get("request_id").asText(),
                  "device_id", command.get("device_id").asText(),
                  "action", command.get("action").asText(),
                  "outcome", "success",
                  "finished_at", Instant.now().toString()));
    } catch (IOException failure) {
      receipts.failed(failure);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } finally {
      posting.release();
    }
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
    receipts.failed(new IOException("a doorbell was closed: " + status + " " + reason));
    return null;
  }

  @Override
  public void onError(WebSocket socket, Throwable failure) {
    receipts.failed(failure);
  }
}
