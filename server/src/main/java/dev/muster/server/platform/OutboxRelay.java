package dev.muster.server.platform;

import io.quarkus.logging.Log;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// The loop that delivers the outbox on this node: at once after a commit here, else each second.
public final class OutboxRelay implements AutoCloseable {
  private static final int POLL_MILLIS = 1_000;

  private final Outbox outbox;
  private final Semaphore work = new Semaphore(0);
  private volatile boolean closed;

  public OutboxRelay(Outbox outbox) {
    this.outbox = outbox;
  }

  public void start() {
    outbox.onCommit(work::release);
    Thread.ofVirtual().name("outbox-relay").start(this::run);
  }

  @Override
  public void close() {
    closed = true;
    work.release();
  }

  private void run() {
    while (!closed) {
      try {
        if (work.tryAcquire(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
          work.drainPermits();
        }
        outbox.deliver();
      } catch (InterruptedException stopped) {
        return;
      } catch (RuntimeException failure) {
        Log.debugf("The outbox cannot be delivered: %s", failure.getMessage());
      }
    }
  }
}
