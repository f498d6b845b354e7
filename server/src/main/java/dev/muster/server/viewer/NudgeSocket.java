package dev.muster.server.viewer;

import dev.muster.server.web.SocketCaller;
import dev.muster.server.web.SocketMessages;
import io.quarkus.logging.Log;
import io.quarkus.websockets.next.OnClose;
import io.quarkus.websockets.next.OnError;
import io.quarkus.websockets.next.OnOpen;
import io.quarkus.websockets.next.OnPongMessage;
import io.quarkus.websockets.next.OnTextMessage;
import io.quarkus.websockets.next.UserData.TypedKey;
import io.quarkus.websockets.next.WebSocket;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.buffer.Buffer;

/// The WebSocket at which those who synchronize tasks are told to pull. The server speaks, the
/// client answers pings; `docs/tasks.md` says how it is used.
@WebSocket(path = "/ws/sync", endpointId = NudgeSocket.ID)
public class NudgeSocket {
  static final String ID = "nudge";
  private static final TypedKey<Nudges.Listener> LISTENER = new TypedKey<>("muster.listener");

  private final Nudges nudges;
  private final SocketMessages limits;

  NudgeSocket(Nudges nudges, SocketMessages limits) {
    this.nudges = nudges;
    this.limits = limits;
  }

  @OnOpen
  @RunOnVirtualThread
  void open(WebSocketConnection connection) {
    connection
        .userData()
        .put(
            LISTENER,
            nudges.open(
                SocketCaller.of(connection),
                connection.userData().remove(ViewerUpgrade.CREDENTIAL),
                new SocketOutlet(connection)));
    if (connection.isClosed()) {
      close(connection); // it was, before anybody could be told
    }
  }

  /// Nothing is understood here, and it counts.
  @OnTextMessage
  @RunOnVirtualThread
  void message(WebSocketConnection connection, String text) {
    heard(connection);
  }

  @OnPongMessage
  void pong(WebSocketConnection connection, Buffer payload) {
    heard(connection);
  }

  private void heard(WebSocketConnection connection) {
    Nudges.Listener listener = connection.userData().get(LISTENER);
    if (listener != null && limits.admit(connection, listener.caller())) {
      nudges.heard(listener);
    }
  }

  @OnClose
  void close(WebSocketConnection connection) {
    Nudges.Listener listener = connection.userData().get(LISTENER);
    if (listener != null) {
      nudges.closed(listener);
    }
  }

  @OnError
  void broken(WebSocketConnection connection, Exception failure) {
    Log.debugf("A connection broke: %s", failure.getMessage());
  }
}
