package dev.muster.server.rpc;

import dev.muster.server.platform.AccessLog;
import dev.muster.server.platform.RequestId;
import dev.muster.server.platform.Tracing;
import io.grpc.Metadata;
import io.grpc.Status;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import jakarta.inject.Singleton;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// What is left of each call: a line in the access log, a measurement of the timer
/// `muster_rpc_seconds` by method and code, and a span while tracing is on.
///
/// Methods that nobody serves are measured together: strangers would use up all names.
@Singleton
final class CallRecords {
  private static final String UNKNOWN = "unknown";
  private static final Metadata.Key<String> TRACEPARENT =
      Metadata.Key.of(Tracing.TRACEPARENT, Metadata.ASCII_STRING_MARSHALLER);

  private final AccessLog log;
  private final MeterRegistry metrics;
  private final Tracing tracing;
  private final Set<String> served = ConcurrentHashMap.newKeySet();

  CallRecords(AccessLog log, MeterRegistry metrics, Tracing tracing) {
    this.log = log;
    this.metrics = metrics;
    this.tracing = tracing;
  }

  void serve(String method) {
    served.add(method);
  }

  OfCall begin(RpcCall call, Metadata headers) {
    if (!tracing.isOn()) {
      return new OfCall(call, null);
    }
    Span span = tracing.begin(SpanKind.SERVER, name(call), headers.get(TRACEPARENT));
    Tracing.enter(span);
    return new OfCall(call, span);
  }

  private String name(RpcCall call) {
    return served.contains(call.method()) ? call.method() : UNKNOWN;
  }

  /// Of one call.
  final class OfCall {
    private final RpcCall call;
    private final @Nullable Span span;

    private OfCall(RpcCall call, @Nullable Span span) {
      this.call = call;
      this.span = span;
    }

    /// Lets what this thread logs from here on belong to the call.
    void enter() {
      RequestId.enter(call.requestId());
      if (span != null) {
        Tracing.enter(span);
      }
    }

    void end(Status status) {
      Timer.builder("muster.rpc")
          .description("gRPC calls from their first byte to their end, by method and code")
          .tag("method", name(call))
          .tag("code", status.getCode().name())
          .register(metrics)
          .record(call.took());
      log.write(
          new AccessLog.Line(
              "GRPC",
              call.method(),
              status.getCode().value(),
              call.took(),
              call.callerOrNobody(),
              call.requestId(),
              null));
      if (span != null) {
        span.setAttribute("rpc.system", "grpc");
        span.setAttribute("rpc.grpc.status_code", status.getCode().value());
        span.setAttribute("muster.request_id", call.requestId());
        if (isOurFault(status)) {
          span.setStatus(StatusCode.ERROR);
        }
        span.end();
      }
    }

    private static boolean isOurFault(Status status) {
      return status.getCode() == Status.Code.INTERNAL
          || status.getCode() == Status.Code.UNKNOWN
          || status.getCode() == Status.Code.UNAVAILABLE;
    }
  }
}
