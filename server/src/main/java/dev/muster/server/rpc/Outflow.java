package dev.muster.server.rpc;

import dev.muster.server.platform.RequestId;
import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The answers of a streaming call, sent as fast as its reader takes them and no faster. Each
/// stream has a virtual thread of its own, so a slow reader holds up nobody, and keeps no more than
/// what its source has in hand.
///
/// A source waits for news by [#idle] only: there a call that ends wakes it at once. Anywhere else
/// it is let finish, because an interrupt in the middle of a query would cost a connection.
public final class Outflow<A> {
  /// Makes the answers, on the stream's own thread, until there are no more or [Outflow#isOver].
  public interface Source<A> {
    void run(Outflow<A> out);
  }

  private final ServerCallStreamObserver<A> observer;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private @Nullable Thread idling;
  private boolean over;

  private Outflow(ServerCallStreamObserver<A> observer) {
    this.observer = observer;
    observer.setOnReadyHandler(this::wake);
    observer.setOnCancelHandler(this::end);
    observer.setOnCloseHandler(this::end);
  }

  /// Serves a call by `source`; for the method of a service, which returns at once. What the source
  /// throws is the call's end.
  public static <A> void serve(StreamObserver<A> observer, Source<A> source) {
    Outflow<A> out = new Outflow<>((ServerCallStreamObserver<A>) observer);
    Thread.ofVirtual()
        .name("rpc-stream")
        .start(Context.current().wrap(RequestId.carriedInto(() -> out.run(source))));
  }

  private void run(Source<A> source) {
    try {
      source.run(this);
      if (!isOver()) {
        observer.onCompleted();
      }
    } catch (RuntimeException | Error failure) {
      if (!isOver()) {
        observer.onError(failure);
      }
    }
  }

  /// Whether nobody reads any more: the client has left, or the call was ended.
  public boolean isOver() {
    lock.lock();
    try {
      return over;
    } finally {
      lock.unlock();
    }
  }

  /// Sends an answer, after the reader has room for it.
  ///
  /// @return false when the call is over and nothing was sent
  public boolean send(A answer) {
    lock.lock();
    try {
      while (!over && !observer.isReady()) {
        changed.awaitUninterruptibly();
      }
      if (over) {
        return false;
      }
    } finally {
      lock.unlock();
    }
    observer.onNext(answer);
    return true;
  }

  /// Waits by `wait`, which ends when its thread is interrupted and holds nothing meanwhile.
  public void idle(Runnable wait) {
    lock.lock();
    try {
      if (over) {
        return;
      }
      idling = Thread.currentThread();
    } finally {
      lock.unlock();
    }
    try {
      wait.run();
    } finally {
      lock.lock();
      try {
        idling = null;
        var _ = Thread.interrupted();
      } finally {
        lock.unlock();
      }
    }
  }

  private void wake() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void end() {
    lock.lock();
    try {
      over = true;
      changed.signalAll();
      if (idling != null) {
        idling.interrupt();
      }
    } finally {
      lock.unlock();
    }
  }
}
