package dev.muster.sync;

import dev.muster.agent.core.AgentClock;
import dev.muster.agent.core.Backoff;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/// Hears from the server that something has changed, over the WebSocket `/ws/sync`, and wakes a
/// [SyncLoop]: also each time that the socket opens, for while it was closed something may have
/// been missed. It uses `java.net.http`, which Android has not.
public final class NudgeListener implements Runnable {
  private static final Duration CONNECTING = Duration.ofSeconds(20);

  /// The server pings more often; who hears nothing for so long talks to nobody.
  private static final Duration LONGEST_SILENCE = Duration.ofMinutes(2);

  private final HttpClient client;
  private final URI address;
  private final Person person;
  private final AgentClock clock;
  private final Backoff backoff;
  private final Runnable wake;

  /// @param server such as `https://muster.example.com`
  /// @param wake is called on threads of the client, and must not wait
  public NudgeListener(
      HttpClient client,
      URI server,
      Person person,
      AgentClock clock,
      DoubleSupplier random,
      Runnable wake) {
    this.client = client;
    this.address = URI.create(server.toString().replaceFirst("^http", "ws") + "/ws/sync");
    this.person = person;
    this.clock = clock;
    this.backoff = new Backoff(random);
    this.wake = wake;
  }

  /// Listens until its thread is interrupted.
  @Override
  public void run() {
    String refused = "";
    try {
      while (!Thread.currentThread().isInterrupted()) {
        String token = "";
        try {
          token = person.token(refused);
          listen(token);
          refused = "";
        } catch (ExecutionException closed) {
          // Whatever it was; if it was the token, the next one is another.
          refused = token;
        } catch (IOException | TimeoutException away) {
          refused = "";
        }
        clock.sleep(backoff.next());
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  /// Returns or fails when the socket is lost.
  private void listen(String token)
      throws ExecutionException, InterruptedException, TimeoutException {
    Socket socket = new Socket();
    WebSocket open =
        client
            .newWebSocketBuilder()
            .header("Authorization", "Bearer " + token)
            .connectTimeout(CONNECTING)
            .buildAsync(address, socket)
            .get(CONNECTING.toMillis(), TimeUnit.MILLISECONDS);
    try {
      backoff.reset();
      wake.run();
      boolean heard = true;
      while (heard) {
        heard = socket.heardWithin(LONGEST_SILENCE);
      }
    } finally {
      open.abort();
    }
  }

  private final class Socket implements WebSocket.Listener {
    private CompletableFuture<Boolean> next = new CompletableFuture<>();

    /// @return false when it is closed, or silent for too long
    boolean heardWithin(Duration limit) throws InterruptedException, ExecutionException {
      CompletableFuture<Boolean> awaited;
      synchronized (this) {
        awaited = next;
      }
      try {
        return awaited.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException silent) {
        return false;
      }
    }

    private synchronized void heard(boolean open) {
      CompletableFuture<Boolean> done = next;
      next = new CompletableFuture<>();
      if (!open) {
        next.complete(false);
      }
      done.complete(open);
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      if (last) {
        wake.run();
      }
      heard(true);
      socket.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onPing(WebSocket socket, ByteBuffer message) {
      heard(true);
      socket.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
      heard(false);
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
      heard(false);
    }
  }
}
