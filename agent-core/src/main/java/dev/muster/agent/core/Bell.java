package dev.muster.agent.core;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// A bell that remembers that it was rung, not how often: any number of rings during a sync make
/// one more sync. It may be rung from any thread.
public final class Bell {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition rung = lock.newCondition();
  private boolean pending;

  public void ring() {
    lock.lock();
    try {
      pending = true;
      rung.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Whether it was rung since it was last taken.
  public boolean take() {
    lock.lock();
    try {
      boolean was = pending;
      pending = false;
      return was;
    } finally {
      lock.unlock();
    }
  }

  /// Whether a ring waits to be taken.
  public boolean isRung() {
    lock.lock();
    try {
      return pending;
    } finally {
      lock.unlock();
    }
  }

  /// Waits until it is rung, at most this long, and leaves the ring to be taken.
  public void await(Duration limit) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = limit.toNanos();
      while (!pending && left > 0) {
        left = rung.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }
}
