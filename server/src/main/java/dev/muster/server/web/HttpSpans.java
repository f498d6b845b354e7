package dev.muster.server.web;

import dev.muster.server.platform.Tracing;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/// Makes a span of every HTTP request while tracing is on; it continues the caller's trace when the
/// header `traceparent` names one. It tells what the access line tells, and so no query.
@Singleton
final class HttpSpans {
  private static final int BEFORE_THE_GATE = Gate.BEFORE_ALL + 500;

  private final Tracing tracing;

  HttpSpans(Tracing tracing) {
    this.tracing = tracing;
  }

  void register(@Observes Filters filters) {
    if (tracing.isOn()) {
      filters.register(this::enter, BEFORE_THE_GATE);
    }
  }

  private void enter(RoutingContext routing) {
    Exchange exchange = Exchange.of(routing);
    Span span =
        tracing.begin(
            SpanKind.SERVER, exchange.method(), routing.request().getHeader(Tracing.TRACEPARENT));
    Tracing.enter(span);
    routing.addEndHandler(end -> finish(span, exchange, end.succeeded()));
    routing.next();
  }

  private static void finish(Span span, Exchange exchange, boolean complete) {
    String template = exchange.template();
    if (template != null) {
      span.updateName(exchange.method() + " " + template);
      span.setAttribute("http.route", template);
    }
    int status = exchange.status(complete);
    span.setAttribute("http.request.method", exchange.method());
    span.setAttribute("http.response.status_code", status);
    String requestId = exchange.requestId();
    if (requestId != null) {
      span.setAttribute("muster.request_id", requestId);
    }
    if (status >= 500) {
      span.setStatus(StatusCode.ERROR);
    }
    span.end();
  }
}
