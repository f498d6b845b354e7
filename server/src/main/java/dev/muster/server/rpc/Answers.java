package dev.muster.server.rpc;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Refusal;
import dev.muster.server.web.Refusals;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.quarkus.logging.Log;
import jakarta.inject.Singleton;

/// Ends a call with the status of whatever leaves the code that serves it: the one mapper of this
/// transport. What nobody expected is told to the log and not to the caller.
@Singleton
final class Answers implements ServerInterceptor {
  static final String UNREADABLE =
      "The message cannot be read: it must be of the type that the method takes, as protobuf, and"
          + " its texts must be UTF-8.";

  private final Refusals refusals;

  Answers(Refusals refusals) {
    this.refusals = refusals;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    RpcCall rpc = RpcCall.current();
    OneEndCall<Q, A> guarded = new OneEndCall<>(call, failure -> status(failure, rpc));
    rpc.endBy(guarded::end);
    try {
      return new Guarded<>(next.startCall(guarded, headers), guarded);
    } catch (RuntimeException | Error failure) {
      guarded.end(failure);
      return new ServerCall.Listener<>() {};
    }
  }

  private StatusRuntimeException status(Throwable failure, RpcCall rpc) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof Refusal refusal) {
        return refused(refusal);
      }
      if (t instanceof InvalidProtocolBufferException) {
        return refused(Refusal.of(ErrorCode.MALFORMED_REQUEST, UNREADABLE));
      }
    }
    return switch (failure) {
      case StatusRuntimeException status when isSaid(status.getStatus()) -> status;
      case StatusException status when isSaid(status.getStatus()) ->
          status.getStatus().asRuntimeException(trailersOf(status));
      default -> {
        Log.errorf(failure, "Call %s failed", rpc.requestId());
        yield refused(Refusal.internal());
      }
    };
  }

  /// A service of grpc-java itself, such as health, says statuses; without a cause, because a cause
  /// is a failure.
  private static boolean isSaid(Status status) {
    return status.getCause() == null;
  }

  private static Metadata trailersOf(StatusException failure) {
    Metadata trailers = failure.getTrailers();
    return trailers == null ? new Metadata() : trailers;
  }

  private StatusRuntimeException refused(Refusal refusal) {
    refusals.count(refusal.code());
    return Statuses.of(refusal);
  }

  private static final class Guarded<Q> extends SimpleForwardingServerCallListener<Q> {
    private final OneEndCall<Q, ?> call;

    Guarded(ServerCall.Listener<Q> listener, OneEndCall<Q, ?> call) {
      super(listener);
      this.call = call;
    }

    private void guard(Runnable work) {
      try {
        work.run();
      } catch (RuntimeException | Error failure) {
        call.end(failure);
      }
    }

    @Override
    public void onMessage(Q message) {
      guard(() -> super.onMessage(message));
    }

    @Override
    public void onHalfClose() {
      guard(super::onHalfClose);
    }

    @Override
    public void onReady() {
      guard(super::onReady);
    }

    @Override
    public void onComplete() {
      guard(super::onComplete);
    }

    @Override
    public void onCancel() {
      guard(super::onCancel);
    }
  }
}
