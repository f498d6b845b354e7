package dev.muster.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// A doorbell that a device holds open, and what it does when it rings.
final class Bell implements WebSocket.Listener {
  private static final int PATIENCE_SECONDS = 30;

  private final Runnable rung;

  private Bell(Runnable rung) {
    this.rung = rung;
  }

  /// Returns when it is open, or the server has asked to come again.
  static Line.Answer hang(HttpClient http, URI server, String token, Runnable rung)
      throws IOException {
    try {
      WebSocket _ =
          http.newWebSocketBuilder()
              .header("Authorization", "Bearer " + token)
              .buildAsync(
                  URI.create("ws://" + server.getAuthority() + "/v1/agent/doorbell"),
                  new Bell(rung))
              .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      return new Line.Answer(200, "", 0);
    } catch (ExecutionException | TimeoutException failure) {
      if (failure.getCause() instanceof WebSocketHandshakeException refused) {
        HttpResponse<?> response = refused.getResponse();
        long comeAgain = response.headers().firstValueAsLong("Retry-After").orElse(0);
        return new Line.Answer(response.statusCode(), "", (int) comeAgain);
      }
      throw new IOException("the doorbell could not be opened", failure);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IOException("stopped", stopped);
    }
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
    if (data.toString().contains("policy_changed")) {
      rung.run();
    }
    socket.request(1);
    return null;
  }

  /// The server is gone, which the test itself has seen to.
  @Override
  public void onError(WebSocket socket, Throwable failure) {}
}
