package dev.muster.server.viewer;

import java.util.concurrent.CompletionStage;

/// The connection to somebody. Nothing here blocks.
interface Outlet {
  /// Why the server hangs up, as the close code of the WebSocket (RFC 6455, section 7.4).
  enum Goodbye {
    STOPPING(1001, "the server is being stopped; come again"),
    ABUSE(1008, "too many messages, or too many that cannot be understood"),
    FAILED(1011, "the server failed; its log says why"),
    SILENT(4001, "no pong for too long"),
    UNAUTHENTICATED(4401, "the credential is not accepted any more; come again with another"),
    FORBIDDEN(4403, "the right to read was taken away"),
    TOO_MANY(4429, "too many connections of one user or key");

    private final int code;
    private final String reason;

    Goodbye(int code, String reason) {
      this.code = code;
      this.reason = reason;
    }

    int code() {
      return code;
    }

    String reason() {
      return reason;
    }
  }

  /// Completes when the message is handed to the network.
  CompletionStage<Void> send(String message);

  void ping();

  void hangUp(Goodbye why);
}
