package dev.muster.server.testing;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/// A WebSocket of the server under test.
public final class Socket {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private Socket() {}

  /// What the server says first to one who is let in.
  public static String firstMessage(String path, Map<String, String> headers) {
    CompletableFuture<String> first = new CompletableFuture<>();
    WebSocket socket = open(path, headers, new Ear(first)).join();
    try {
      return first.orTimeout(20, TimeUnit.SECONDS).join();
    } finally {
      socket.abort();
    }
  }

  /// The status by which the upgrade is refused.
  public static int refusal(String path, Map<String, String> headers) {
    try {
      open(path, headers, new Ear(new CompletableFuture<>())).join().abort();
      throw new AssertionError("the upgrade to " + path + " was permitted");
    } catch (CompletionException failure) {
      if (failure.getCause() instanceof WebSocketHandshakeException handshake) {
        return handshake.getResponse().statusCode();
      }
      throw failure;
    }
  }

  private static CompletableFuture<WebSocket> open(
      String path, Map<String, String> headers, WebSocket.Listener ear) {
    WebSocket.Builder builder = HTTP.newWebSocketBuilder();
    headers.forEach(builder::header);
    return builder.buildAsync(URI.create(Api.baseUrl().replaceFirst("^http", "ws") + path), ear);
  }

  private record Ear(CompletableFuture<String> first) implements WebSocket.Listener {
    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      first.complete(data.toString());
      return WebSocket.Listener.super.onText(socket, data, last);
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      first.completeExceptionally(new IllegalStateException("closed: " + code + " " + reason));
      return WebSocket.Listener.super.onClose(socket, code, reason);
    }
  }
}
