package dev.muster.e2e;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A device's connection to the doorbell, which counts the rings.
final class Doorbell implements AutoCloseable {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private final AtomicInteger rings = new AtomicInteger();
  private final WebSocket socket;

  /// @param server the node that the device is connected to
  Doorbell(URI server, FakeDevice device) {
    URI address = URI.create("ws://" + server.getAuthority() + "/v1/agent/doorbell");
    socket =
        CLIENT
            .newWebSocketBuilder()
            .header("X-Device-Token", device.token())
            .buildAsync(address, new Counter())
            .join();
  }

  int rings() {
    return rings.get();
  }

  @Override
  public void close() {
    socket.abort();
  }

  private final class Counter implements WebSocket.Listener {
    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      if (data.toString().contains("policy_changed")) {
        rings.incrementAndGet();
      }
      from.request(1);
      return null;
    }
  }
}
