package dev.muster.server.web;

import io.quarkus.websockets.next.OnOpen;
import io.quarkus.websockets.next.OnTextMessage;
import io.quarkus.websockets.next.WebSocket;
import io.quarkus.websockets.next.WebSocketConnection;

/// Stands for the WebSockets of pages: says who opened it, and takes messages.
@WebSocket(path = "/ws/who-am-i")
public class WhoAmISocket {
  private final SocketMessages messages;

  WhoAmISocket(SocketMessages messages) {
    this.messages = messages;
  }

  @OnOpen
  String open(WebSocketConnection connection) {
    return SocketCaller.of(connection).toString();
  }

  @OnTextMessage
  void hear(WebSocketConnection connection, String message) {
    var _ = messages.admit(connection, SocketCaller.of(connection));
  }
}
