package dev.muster.server.testing;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
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

  /// Opens one, and keeps it.
  public static Held hold(String path, Map<String, String> headers) {
    HeldEar ear =
        new HeldEar(
            new LinkedBlockingQueue<>(), new LinkedBlockingQueue<>(), new CompletableFuture<>());
    return new Held(open(path, headers, ear).join(), ear);
  }

  /// One that stays open until it is closed.
  public record Held(WebSocket socket, HeldEar ear) implements AutoCloseable {
    /// Waits for the answer to a ping.
    public void ping() {
      socket.sendPing(ByteBuffer.allocate(1)).join();
      var _ = first(ear.pongs());
    }

    /// Waits for what the server says next.
    public String next() {
      return first(ear.texts());
    }

    private static <T> T first(BlockingQueue<T> heard) {
      try {
        T next = heard.poll(20, TimeUnit.SECONDS);
        if (next == null) {
          throw new AssertionError("nothing was heard");
        }
        return next;
      } catch (InterruptedException stop) {
        throw new IllegalStateException(stop);
      }
    }

    /// Sends texts until the server hangs up.
    ///
    /// @param most how many at the most
    /// @return the close code
    public int floodUntilClosed(int most) {
      for (int sent = 0; sent < most && !ear.closed().isDone(); sent++) {
        try {
          socket.sendText("x", true).join();
        } catch (CompletionException _) {
          break; // it is closed
        }
      }
      return ear.closed().orTimeout(20, TimeUnit.SECONDS).join();
    }

    @Override
    public void close() {
      socket.abort();
    }
  }

  /// Hears short texts, pongs and the end.
  public record HeldEar(
      BlockingQueue<String> texts, BlockingQueue<Long> pongs, CompletableFuture<Integer> closed)
      implements WebSocket.Listener {
    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      texts.add(data.toString());
      return WebSocket.Listener.super.onText(socket, data, last);
    }

    @Override
    public CompletionStage<?> onPong(WebSocket socket, ByteBuffer message) {
      pongs.add(System.nanoTime());
      return WebSocket.Listener.super.onPong(socket, message);
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      closed.complete(code);
      return WebSocket.Listener.super.onClose(socket, code, reason);
    }

    @Override
    public void onError(WebSocket socket, Throwable failure) {
      closed.completeExceptionally(failure);
    }
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
