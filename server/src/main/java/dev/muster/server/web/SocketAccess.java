package dev.muster.server.web;

import dev.muster.server.platform.AccessLog;
import dev.muster.server.platform.AccessLog.Line;
import io.quarkus.websockets.next.Closed;
import io.quarkus.websockets.next.HttpUpgradeCheck;
import io.quarkus.websockets.next.Open;
import io.quarkus.websockets.next.UserData.TypedKey;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.inject.Singleton;

/// Leaves two access lines of every WebSocket: 101 when it is open, and its close code when it has
/// ended. It refuses nothing; a handshake that is refused is an HTTP request like any other.
@Singleton
@Priority(1)
final class SocketAccess implements HttpUpgradeCheck {
  private static final TypedKey<Exchange> EXCHANGE = new TypedKey<>("muster.exchange");
  private static final int SWITCHING_PROTOCOLS = 101;
  private static final int CLOSED_WITHOUT_CODE = 1006;

  private final AccessLog log;

  SocketAccess(AccessLog log) {
    this.log = log;
  }

  @Override
  public Uni<CheckResult> perform(HttpUpgradeContext upgrade) {
    Exchange exchange = Exchange.current();
    if (exchange != null) {
      upgrade.userData().put(EXCHANGE, exchange);
    }
    return CheckResult.permitUpgrade();
  }

  void opened(@ObservesAsync @Open WebSocketConnection connection) {
    Exchange exchange = connection.userData().get(EXCHANGE);
    if (exchange != null) {
      exchange.upgraded();
      log.write(line(exchange, exchange.method(), SWITCHING_PROTOCOLS));
    }
  }

  void closed(@ObservesAsync @Closed WebSocketConnection connection) {
    Exchange exchange = connection.userData().get(EXCHANGE);
    if (exchange != null) {
      var reason = connection.closeReason();
      log.write(line(exchange, "CLOSE", reason == null ? CLOSED_WITHOUT_CODE : reason.getCode()));
    }
  }

  private static Line line(Exchange exchange, String method, int status) {
    return new Line(
        method,
        exchange.route(),
        status,
        exchange.took(),
        exchange.caller(),
        exchange.requestId(),
        null);
  }
}
