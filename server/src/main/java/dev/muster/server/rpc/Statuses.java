package dev.muster.server.rpc;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.JsonText;
import dev.muster.server.platform.Refusal;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;

/// Turns a refusal into a gRPC status. The message is the refusal's sentence; programs read
/// `muster-error-code` in the trailers, or the standard details (`google.rpc.Status`): ErrorInfo,
/// RetryInfo for what passes by itself, and BadRequest for input.
final class Statuses {
  static final Metadata.Key<String> CODE =
      Metadata.Key.of("muster-error-code", Metadata.ASCII_STRING_MARSHALLER);
  static final Metadata.Key<String> RETRY_AFTER =
      Metadata.Key.of("retry-after", Metadata.ASCII_STRING_MARSHALLER);

  private Statuses() {}

  static Status.Code codeOf(ErrorCode code) {
    return Status.fromCodeValue(code.kind().grpcCode()).getCode();
  }

  /// The status with its trailers.
  static StatusRuntimeException of(Refusal refusal) {
    Metadata trailers = new Metadata();
    trailers.put(CODE, refusal.code().wireName());
    Duration wait = refusal.retryAfter();
    if (wait != null) {
      trailers.put(RETRY_AFTER, Long.toString(Math.max(1, wait.toSeconds())));
    }
    com.google.rpc.Status.Builder status =
        com.google.rpc.Status.newBuilder()
            .setCode(refusal.code().kind().grpcCode())
            .setMessage(JsonText.printable(refusal.detail()))
            .addDetails(
                Any.pack(
                    ErrorInfo.newBuilder()
                        .setReason(refusal.code().name())
                        .setDomain("muster")
                        .build()));
    if (wait != null) {
      status.addDetails(
          Any.pack(
              RetryInfo.newBuilder()
                  .setRetryDelay(
                      com.google.protobuf.Duration.newBuilder()
                          .setSeconds(wait.toSeconds())
                          .setNanos(wait.toNanosPart()))
                  .build()));
    }
    if (!refusal.fields().isEmpty()) {
      BadRequest.Builder fields = BadRequest.newBuilder();
      for (Refusal.FieldError error : refusal.fields()) {
        fields
            .addFieldViolationsBuilder()
            .setField(JsonText.printable(error.field()))
            .setDescription(error.message());
      }
      status.addDetails(Any.pack(fields.build()));
    }
    return StatusProto.toStatusRuntimeException(status.build(), trailers);
  }
}
