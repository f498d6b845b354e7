package dev.muster.server.rpc;

import dev.muster.server.platform.RequestId;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import jakarta.inject.Singleton;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// The outermost of the interceptors: gives each call its request id and its [RpcCall], and tells
/// [CallRecords] when and how it ended, refused calls and streams included.
///
/// The id is in the headers of the answer, or in its trailers when it has no headers.
@Singleton
final class Calls implements ServerInterceptor {
  static final Metadata.Key<String> REQUEST_ID =
      Metadata.Key.of("x-request-id", Metadata.ASCII_STRING_MARSHALLER);

  private final CallRecords records;

  Calls(CallRecords records) {
    this.records = records;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    String id = RequestId.accept(headers.get(REQUEST_ID));
    RequestId.enter(id);
    RpcCall rpc =
        new RpcCall(call.getMethodDescriptor().getFullMethodName(), id, call.getAuthority());
    CallRecords.OfCall record = records.begin(rpc, headers);
    Watched<Q, A> watched = new Watched<>(call, rpc, record);
    Context context = Context.current().withValue(RpcCall.KEY, rpc);
    return new Followed<>(Contexts.interceptCall(context, watched, headers, next), watched);
  }

  /// Adds the id to the answer, and hears its end.
  private static final class Watched<Q, A> extends SimpleForwardingServerCall<Q, A> {
    private final RpcCall rpc;
    private final CallRecords.OfCall record;
    private final AtomicBoolean ended = new AtomicBoolean();
    private boolean headersSent;

    Watched(ServerCall<Q, A> call, RpcCall rpc, CallRecords.OfCall record) {
      super(call);
      this.rpc = rpc;
      this.record = record;
    }

    @Override
    public void sendHeaders(Metadata headers) {
      headersSent = true;
      headers.put(REQUEST_ID, rpc.requestId());
      super.sendHeaders(headers);
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (!headersSent) {
        trailers.put(REQUEST_ID, rpc.requestId());
      }
      super.close(status, trailers);
      end(status);
    }

    void end(Status status) {
      if (ended.compareAndSet(false, true)) {
        record.end(status);
      }
    }
  }

  /// Lets whatever runs for the call log under its id.
  private static final class Followed<Q> extends SimpleForwardingServerCallListener<Q> {
    private final Watched<Q, ?> watched;

    Followed(ServerCall.Listener<Q> listener, Watched<Q, ?> watched) {
      super(listener);
      this.watched = watched;
    }

    @Override
    public void onMessage(Q message) {
      watched.record.enter();
      super.onMessage(message);
    }

    @Override
    public void onHalfClose() {
      watched.record.enter();
      super.onHalfClose();
    }

    @Override
    public void onReady() {
      watched.record.enter();
      super.onReady();
    }

    @Override
    public void onComplete() {
      watched.record.enter();
      super.onComplete();
    }

    /// The client has left, or its deadline is over.
    @Override
    public void onCancel() {
      watched.record.enter();
      @Nullable Status why = Contexts.statusFromCancelled(Context.current());
      watched.end(why == null ? Status.CANCELLED : why);
      super.onCancel();
    }
  }
}
