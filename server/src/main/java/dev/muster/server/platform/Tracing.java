package dev.muster.server.platform;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

/// Spans of OpenTelemetry, sent by OTLP over http/protobuf; or nothing at all, which costs a look
/// at a field.
///
/// The trace follows a request as its id does, with the logging context, under the name and in the
/// form of the W3C header `traceparent`. So it crosses threads, is written to the outbox as it
/// stands, and is in every JSON log line. Rejected: Quarkus's extension, whose spans hold whole
/// URLs, and with them tickets.
public final class Tracing implements AutoCloseable {
  public static final String TRACEPARENT = "traceparent";
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Tracing OFF = new Tracing(null);

  private static final TextMapGetter<String> SOLE_HEADER =
      new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(String traceparent) {
          return List.of(TRACEPARENT);
        }

        @Override
        public @Nullable String get(@Nullable String traceparent, String key) {
          return key.equals(TRACEPARENT) ? traceparent : null;
        }
      };

  private final @Nullable SdkTracerProvider provider;
  private final Tracer tracer;

  /// Work that may throw what it says.
  public interface Work<T extends @Nullable Object, X extends Exception> {
    T run() throws X;
  }

  private Tracing(@Nullable SdkTracerProvider provider) {
    this.provider = provider;
    this.tracer = (provider == null ? TracerProvider.noop() : provider).get("muster");
  }

  public static Tracing off() {
    return OFF;
  }

  /// Sends to `endpoint`, whose path is `/v1/traces` unless it has one.
  ///
  /// @param ratio of the traces that begin here; those that a caller began are kept when the caller
  ///   keeps them
  public static Tracing to(URI endpoint, double ratio, String version) {
    boolean bare = endpoint.getPath() == null || endpoint.getPath().length() <= 1;
    OtlpHttpSpanExporter exporter =
        OtlpHttpSpanExporter.builder()
            .setEndpoint((bare ? endpoint.resolve("/v1/traces") : endpoint).toString())
            .setTimeout(PATIENCE)
            .build();
    return new Tracing(
        SdkTracerProvider.builder()
            .setResource(
                Resource.create(
                    Attributes.of(
                        AttributeKey.stringKey("service.name"),
                        "muster",
                        AttributeKey.stringKey("service.version"),
                        version)))
            .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(ratio)))
            // bounded: spans are dropped, and never waited for, when the receiver is slow or gone
            .addSpanProcessor(
                BatchSpanProcessor.builder(exporter)
                    .setScheduleDelay(Duration.ofSeconds(1))
                    .build())
            .build());
  }

  public boolean isOn() {
    return provider != null;
  }

  /// The innermost span that this code runs in; null outside of any.
  public @Nullable String current() {
    if (provider == null) {
      return null;
    }
    Object traceparent = MDC.get(TRACEPARENT);
    return traceparent == null ? null : traceparent.toString();
  }

  /// A span that the caller ends.
  ///
  /// @param parent the `traceparent` that it continues; null, or one that cannot be read, for a
  ///   trace of its own
  public Span begin(SpanKind kind, String name, @Nullable String parent) {
    return builder(kind, name, parent).startSpan();
  }

  /// What began and ended in the past, as a part of the present span.
  public void add(SpanKind kind, String name, Attributes about, Instant began, Instant ended) {
    builder(kind, name, current())
        .setAllAttributes(about)
        .setStartTimestamp(began)
        .startSpan()
        .end(ended);
  }

  private SpanBuilder builder(SpanKind kind, String name, @Nullable String parent) {
    SpanBuilder builder = tracer.spanBuilder(name).setSpanKind(kind);
    return parent == null
        ? builder.setNoParent()
        : builder.setParent(
            W3CTraceContextPropagator.getInstance().extract(Context.root(), parent, SOLE_HEADER));
  }

  /// Lets what runs from here on in this logging context belong to `span`.
  public static void enter(Span span) {
    MDC.put(TRACEPARENT, traceparent(span.getSpanContext()));
  }

  static String traceparent(SpanContext span) {
    return "00-" + span.getTraceId() + "-" + span.getSpanId() + "-" + span.getTraceFlags().asHex();
  }

  /// Runs `work` in a span of the present trace; without a span when there is no trace.
  public <T extends @Nullable Object, X extends Exception> T within(
      SpanKind kind, String name, Work<T, X> work) throws X {
    return continuing(current(), kind, name, work);
  }

  /// The same in the trace `parent`, which began elsewhere; without a span when it is null.
  public <T extends @Nullable Object, X extends Exception> T continuing(
      @Nullable String parent, SpanKind kind, String name, Work<T, X> work) throws X {
    return provider == null || parent == null ? work.run() : spanned(parent, kind, name, work);
  }

  /// Runs `work` as a trace of its own.
  public <T extends @Nullable Object, X extends Exception> T fresh(
      SpanKind kind, String name, Work<T, X> work) throws X {
    return provider == null ? work.run() : spanned(null, kind, name, work);
  }

  private <T extends @Nullable Object, X extends Exception> T spanned(
      @Nullable String parent, SpanKind kind, String name, Work<T, X> work) throws X {
    Span span = begin(kind, name, parent);
    Object before = MDC.get(TRACEPARENT);
    enter(span);
    boolean done = false;
    try {
      T result = work.run();
      done = true;
      return result;
    } finally {
      // why it failed stands in the log: a message may hold what a caller sent
      if (!done) {
        span.setStatus(StatusCode.ERROR);
      }
      span.end();
      if (before == null) {
        MDC.remove(TRACEPARENT);
      } else {
        MDC.put(TRACEPARENT, before);
      }
    }
  }

  /// Sends what is left.
  @Override
  public void close() {
    if (provider != null) {
      var _ = provider.shutdown().join(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }
  }
}
