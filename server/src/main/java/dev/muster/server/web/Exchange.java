package dev.muster.server.web;

import dev.muster.server.platform.AccessLog;
import dev.muster.server.platform.Caller;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.impl.HttpServerRequestInternal;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// One HTTP request from its first byte to its end, as those see it who only watch.
final class Exchange {
  /// What is said of a caller who left before the answer was whole (nginx's number).
  static final int CLIENT_GONE = 499;

  private static final String LOCAL = "muster.exchange";

  /// Where Quarkus leaves the template of the resource method that it matched.
  private static final String TEMPLATE = "UrlPathTemplate";

  private final RoutingContext routing;
  private final long started = System.nanoTime();
  private boolean upgraded;

  private Exchange(RoutingContext routing) {
    this.routing = routing;
  }

  /// The one of a request, which begins with the first who asks.
  static Exchange of(RoutingContext routing) {
    Exchange present = context(routing).getLocal(LOCAL);
    if (present != null) {
      return present;
    }
    Exchange begun = new Exchange(routing);
    context(routing).putLocal(LOCAL, begun);
    return begun;
  }

  /// The one whose request is being worked on; null when nobody watches.
  static @Nullable Exchange current() {
    Context context = Vertx.currentContext();
    return context == null ? null : context.getLocal(LOCAL);
  }

  /// From here on it is a WebSocket, whose end is not the end of an answer.
  void upgraded() {
    upgraded = true;
  }

  /// Whether it leaves no access line, because counters tell of it: lines of what comes ten
  /// thousand times a second would cost more than the work.
  boolean isSpared() {
    return routing.get(Gate.SPARED) != null;
  }

  boolean isUpgraded() {
    return upgraded;
  }

  String method() {
    return routing.request().method().name();
  }

  /// The template of the resource method that was matched.
  @Nullable String template() {
    return context(routing).getLocal(TEMPLATE);
  }

  /// The template when a resource method was matched, else the path as it was sent.
  String route() {
    String template = template();
    if (template != null) {
      return template;
    }
    String path = routing.request().path();
    return path == null ? "?" : path;
  }

  @Nullable Caller caller() {
    return routing.get(Gate.CALLER);
  }

  @Nullable String requestId() {
    return routing.response().headers().get("X-Request-ID");
  }

  Duration took() {
    return Duration.ofNanos(System.nanoTime() - started);
  }

  /// @param complete whether the end that was heard of is that of an answer, and not of a
  ///   connection
  int status(boolean complete) {
    HttpServerResponse response = routing.response();
    return complete || response.ended() ? response.getStatusCode() : CLIENT_GONE;
  }

  /// Over HTTP/2 the end is heard before the last bytes are counted, so the length that was
  /// announced is looked at too.
  long bytes() {
    HttpServerResponse response = routing.response();
    String announced = response.headers().get(HttpHeaders.CONTENT_LENGTH);
    return Math.max(response.bytesWritten(), announced == null ? 0 : Long.parseLong(announced));
  }

  AccessLog.Line line(boolean complete) {
    return new AccessLog.Line(
        method(), route(), status(complete), took(), caller(), requestId(), bytes());
  }

  private static Context context(RoutingContext routing) {
    return ((HttpServerRequestInternal) routing.request()).context();
  }
}
