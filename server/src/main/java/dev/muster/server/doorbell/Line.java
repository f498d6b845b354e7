package dev.muster.server.doorbell;

import java.util.concurrent.CompletionStage;

/// An open connection to a device. Nothing here blocks.
interface Line {
  /// Why the server hangs up, as the close code of the WebSocket (RFC 6455, section 7.4).
  enum Goodbye {
    REPLACED(4000, "the device has connected again"),
    SILENT(4001, "no pong for too long"),
    STUCK(4002, "the device does not read what it is sent"),
    REVOKED(1008, "the device token is not accepted any more");

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
