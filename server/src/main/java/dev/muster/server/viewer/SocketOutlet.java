package dev.muster.server.viewer;

import io.quarkus.logging.Log;
import io.quarkus.websockets.next.CloseReason;
import io.quarkus.websockets.next.WebSocketConnection;
import io.vertx.core.buffer.Buffer;
import java.util.concurrent.CompletionStage;

/// A WebSocket of the server.
record SocketOutlet(WebSocketConnection connection) implements Outlet {
  @Override
  public CompletionStage<Void> send(String message) {
    return connection.sendText(message).subscribeAsCompletionStage();
  }

  @Override
  public void ping() {
    connection.sendPing(Buffer.buffer("muster")).subscribe().with(_ -> {}, SocketOutlet::ignore);
  }

  @Override
  public void hangUp(Goodbye why) {
    connection
        .close(new CloseReason(why.code(), why.reason()))
        .subscribe()
        .with(_ -> {}, SocketOutlet::ignore);
  }

  /// A connection that breaks is closed, which is heard elsewhere.
  private static void ignore(Throwable failure) {
    Log.debugf("A connection broke: %s", failure.getMessage());
  }
}
