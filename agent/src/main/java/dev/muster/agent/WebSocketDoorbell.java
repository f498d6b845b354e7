package dev.muster.agent;

import dev.muster.agent.core.Backoff;
import dev.muster.agent.core.Doorbell;
import dev.muster.agent.core.DoorbellListener;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/// A doorbell that holds a WebSocket to the server and opens it again, with backoff, when it is
/// lost.
///
/// It passes on what the server says, and tells each time that the socket opens: while it was
/// closed something may have been missed. Without a device token there is nobody to be rung for, so
/// it stays closed.
final class WebSocketDoorbell implements Doorbell {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(20);
  private static final int LONGEST_MESSAGE = 256 * 1024;

  private final HttpClient client;
  private final URI address;
  private final Backoff backoff;

  private @Nullable Connection connection;

  WebSocketDoorbell(HttpClient client, ServerAddress server, DoubleSupplier random) {
    this.client = client;
    this.address = server.doorbell();
    this.backoff = new Backoff(random);
  }

  @Override
  public @Nullable String token() {
    return null;
  }

  @Override
  public synchronized void listen(
      String deviceId, @Nullable String deviceToken, DoorbellListener listener) {
    Connection present = connection;
    if (present != null && Objects.equals(present.deviceToken, deviceToken)) {
      present.ping();
      return;
    }
    close();
    if (deviceToken != null) {
      backoff.reset();
      open(deviceToken, listener);
    }
  }

  @Override
  public synchronized void close() {
    Connection present = connection;
    connection = null;
    if (present != null) {
      present.abort();
    }
  }

  private synchronized void open(String deviceToken, DoorbellListener listener) {
    Connection next = new Connection(deviceToken, listener);
    connection = next;
    CompletableFuture<WebSocket> _ =
        client
            .newWebSocketBuilder()
            .connectTimeout(CONNECT_TIMEOUT)
            .header("Authorization", "Bearer " + deviceToken)
            .buildAsync(address, next)
            .whenComplete((_, failure) -> {
              if (failure != null) {
                lost(next);
              }
            });
  }

  /// Opens the socket again after a while, unless it was closed or replaced on purpose.
  private synchronized void lost(Connection lost) {
    if (connection != lost || lost.isLost) {
      return;
    }
    lost.isLost = true;
    lost.listener.disconnected();
    CompletableFuture<Void> _ =
        CompletableFuture.runAsync(
            () -> reopen(lost),
            CompletableFuture.delayedExecutor(backoff.next().toMillis(), TimeUnit.MILLISECONDS));
  }

  private synchronized void reopen(Connection lost) {
    if (connection == lost) {
      open(lost.deviceToken, lost.listener);
    }
  }

  private synchronized boolean opened(Connection opened) {
    if (connection != opened) {
      return false;
    }
    backoff.reset();
    return true;
  }

  /// One socket, from the attempt to open it until it is lost.
  private final class Connection implements WebSocket.Listener {
    private final String deviceToken;
    private final DoorbellListener listener;
    private final StringBuilder message = new StringBuilder();
    private volatile @Nullable WebSocket socket;
    private boolean isLost;

    Connection(String deviceToken, DoorbellListener listener) {
      this.deviceToken = deviceToken;
      this.listener = listener;
    }

    /// Makes a dead network known: nothing else is ever written to the socket.
    void ping() {
      WebSocket open = socket;
      if (open != null) {
        CompletableFuture<WebSocket> _ = open.sendPing(ByteBuffer.allocate(0));
      }
    }

    void abort() {
      WebSocket open = socket;
      if (open != null) {
        open.abort();
      }
    }

    @Override
    public void onOpen(WebSocket webSocket) {
      socket = webSocket;
      if (!opened(this)) {
        webSocket.abort();
        return;
      }
      listener.connected();
      webSocket.request(1);
    }

    @Override
    public @Nullable CompletionStage<?> onText(
        WebSocket webSocket, CharSequence data, boolean last) {
      if (message.length() + data.length() <= LONGEST_MESSAGE) {
        message.append(data);
      }
      if (last) {
        listener.message(message.toString());
        message.setLength(0);
      }
      webSocket.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket webSocket, int status, String reason) {
      lost(this);
      return null;
    }

    @Override
    public void onError(WebSocket webSocket, Throwable error) {
      lost(this);
    }
  }
}
