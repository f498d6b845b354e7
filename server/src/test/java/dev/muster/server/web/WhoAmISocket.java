package dev.muster.server.web;

import io.quarkus.websockets.next.OnOpen;
import io.quarkus.websockets.next.WebSocket;
import io.quarkus.websockets.next.WebSocketConnection;

/// Stands for the WebSockets of pages: says who opened it.
@WebSocket(path = "/ws/who-am-i")
public class WhoAmISocket {
  @OnOpen
  String open(WebSocketConnection connection) {
    return SocketCaller.of(connection).toString();
  }
}
