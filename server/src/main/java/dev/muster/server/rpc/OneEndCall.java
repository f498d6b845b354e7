package dev.muster.server.rpc;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A call that ends once, whoever ends it: the code that serves it, a failure of that, or somebody
/// outside who takes the caller's right away. What is said after the end is dropped.
///
/// grpc-java leaves it to the caller to take turns on a call; here the turns are taken.
final class OneEndCall<Q, A> extends SimpleForwardingServerCall<Q, A> {
  private final Function<Throwable, StatusRuntimeException> statuses;
  private boolean headersSent;
  private boolean ended;

  OneEndCall(ServerCall<Q, A> call, Function<Throwable, StatusRuntimeException> statuses) {
    super(call);
    this.statuses = statuses;
  }

  @Override
  public synchronized void sendHeaders(Metadata headers) {
    if (!ended && !headersSent) {
      headersSent = true;
      super.sendHeaders(headers);
    }
  }

  @Override
  public synchronized void sendMessage(A message) {
    if (!ended) {
      super.sendMessage(message);
    }
  }

  @Override
  public synchronized boolean isReady() {
    return !ended && super.isReady();
  }

  /// A status that carries a cause is a failure that the service handed on.
  @Override
  public void close(Status status, Metadata trailers) {
    @Nullable Throwable cause = status.getCause();
    if (cause == null) {
      finish(status, trailers);
    } else {
      end(cause);
    }
  }

  /// Ends the call with what `failure` is to the caller; later ends are dropped.
  void end(Throwable failure) {
    synchronized (this) {
      if (ended) {
        return;
      }
    }
    StatusRuntimeException answer = statuses.apply(failure);
    Metadata trailers = answer.getTrailers();
    finish(answer.getStatus(), trailers == null ? new Metadata() : trailers);
  }

  private synchronized void finish(Status status, Metadata trailers) {
    if (!ended) {
      ended = true;
      super.close(status, trailers);
    }
  }
}
