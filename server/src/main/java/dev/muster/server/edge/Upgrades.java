package dev.muster.server.edge;

import io.vertx.core.http.HttpServerRequest;
import org.jspecify.annotations.Nullable;

/// Requests that ask to become a WebSocket.
public final class Upgrades {
  private Upgrades() {}

  /// Whether any `Upgrade` header asks for it, however it is spelled: what could be taken for an
  /// upgrade further on is guarded as one.
  public static boolean isUpgrade(HttpServerRequest request) {
    return request.headers().getAll("Upgrade").stream()
        .anyMatch(value -> value.regionMatches(true, 0, "websocket", 0, "websocket".length()));
  }

  /// The `ticket` of the query, by which a page authenticates that cannot set headers on a
  /// WebSocket. Null unless the request is an upgrade of a path under `/ws`, where nothing but
  /// WebSockets is served: a ticket opens nothing else.
  public static @Nullable String ticket(HttpServerRequest request, String path) {
    return isUpgrade(request) && path.startsWith("/ws/") ? request.getParam("ticket") : null;
  }
}
