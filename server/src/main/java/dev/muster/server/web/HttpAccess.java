package dev.muster.server.web;

import dev.muster.server.platform.AccessLog;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/// Leaves the access line of every HTTP request, those that the [Gate] refuses included. What Netty
/// cannot read as HTTP at all comes to no handler, and so leaves none.
@Singleton
final class HttpAccess {
  private static final int BEFORE_THE_GATE = Gate.BEFORE_ALL + 1_000;

  private final AccessLog log;

  HttpAccess(AccessLog log) {
    this.log = log;
  }

  void register(@Observes Filters filters) {
    if (log.isOn()) {
      filters.register(this::enter, BEFORE_THE_GATE);
    }
  }

  private void enter(RoutingContext routing) {
    Exchange exchange = Exchange.of(routing);
    routing.addEndHandler(end -> {
      if (!exchange.isUpgraded() && !exchange.isSpared()) {
        log.write(exchange.line(end.succeeded()));
      }
    });
    routing.next();
  }
}
