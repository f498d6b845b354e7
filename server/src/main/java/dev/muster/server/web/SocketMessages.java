package dev.muster.server.web;

import dev.muster.server.limit.EndpointClass;
import dev.muster.server.limit.Limits;
import dev.muster.server.platform.Caller;
import io.quarkus.logging.Log;
import io.quarkus.websockets.next.CloseReason;
import io.quarkus.websockets.next.WebSocketConnection;
import jakarta.inject.Singleton;

/// Counts what comes in over WebSockets, and hangs up on who sends too much. An endpoint asks it
/// first for each message and each pong.
@Singleton
public final class SocketMessages {
  /// "Try again later", by IANA's registry of close codes.
  static final int TRY_AGAIN_LATER = 1013;

  private final Limits limits;

  SocketMessages(Limits limits) {
    this.limits = limits;
  }

  /// @return whether the message is to be looked at; if not, the connection is being closed
  public boolean admit(WebSocketConnection connection, Caller caller) {
    if (limits.tryAcquire(caller, EndpointClass.MESSAGE) == null) {
      return true;
    }
    connection
        .close(new CloseReason(TRY_AGAIN_LATER, "rate_limited"))
        .subscribe()
        .with(_ -> {}, failure -> Log.debugf("A WebSocket broke: %s", failure.getMessage()));
    return false;
  }
}
