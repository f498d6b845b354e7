package dev.muster.server.doorbell;

import dev.muster.server.credential.DeviceTokens;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Refusal;
import dev.muster.server.web.SocketMessages;
import io.quarkus.logging.Log;
import io.quarkus.websockets.next.CloseReason;
import io.quarkus.websockets.next.OnClose;
import io.quarkus.websockets.next.OnError;
import io.quarkus.websockets.next.OnOpen;
import io.quarkus.websockets.next.OnPongMessage;
import io.quarkus.websockets.next.WebSocket;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.buffer.Buffer;
import java.util.Objects;
import java.util.concurrent.CompletionStage;

/// The WebSocket at which agents wait to be told to check their policy, or what to do. The server
/// speaks, the agent answers pings.
@WebSocket(path = "/v1/agent/doorbell", endpointId = DoorbellSocket.ID)
public class DoorbellSocket {
  static final String ID = "doorbell";

  private final Lines lines;
  private final DeviceTokens tokens;
  private final SocketMessages messages;

  DoorbellSocket(Lines lines, DeviceTokens tokens, SocketMessages messages) {
    this.lines = lines;
    this.tokens = tokens;
    this.messages = messages;
  }

  @OnOpen
  @RunOnVirtualThread
  void open(WebSocketConnection connection) {
    Caller.Device device = device(connection);
    Line line = new SocketLine(connection);
    lines.connect(device, line);
    try {
      tokens.check(
          Objects.requireNonNull(connection.userData().remove(DoorbellUpgrade.CREDENTIAL)));
    } catch (Refusal _) {
      lines.disconnect(device, line);
      line.hangUp(Line.Goodbye.REVOKED);
      return;
    }
    lines.connected(device);
  }

  @OnPongMessage
  void pong(WebSocketConnection connection, Buffer payload) {
    Caller.Device device = device(connection);
    if (messages.admit(connection, device)) {
      lines.heard(device, new SocketLine(connection));
    }
  }

  @OnClose
  void close(WebSocketConnection connection) {
    lines.disconnect(device(connection), new SocketLine(connection));
  }

  @OnError
  void broken(WebSocketConnection connection, Exception failure) {
    Log.debugf("The doorbell of %s broke: %s", device(connection).deviceId(), failure.getMessage());
  }

  private static Caller.Device device(WebSocketConnection connection) {
    return Objects.requireNonNull(connection.userData().get(DoorbellUpgrade.DEVICE));
  }

  /// Equal when the connection is the same.
  private record SocketLine(WebSocketConnection connection) implements Line {
    @Override
    public CompletionStage<Void> send(String message) {
      return connection.sendText(message).subscribeAsCompletionStage();
    }

    @Override
    public void ping() {
      connection.sendPing(Buffer.buffer("muster")).subscribe().with(_ -> {}, SocketLine::ignore);
    }

    @Override
    public void hangUp(Goodbye why) {
      connection
          .close(new CloseReason(why.code(), why.reason()))
          .subscribe()
          .with(_ -> {}, SocketLine::ignore);
    }

    /// A connection that breaks is closed, which is heard elsewhere.
    private static void ignore(Throwable failure) {
      Log.debugf("A doorbell connection broke: %s", failure.getMessage());
    }
  }
}
