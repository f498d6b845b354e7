package dev.muster.sync;

import dev.muster.agent.core.AgentClock;
import dev.muster.agent.core.Backoff;
import dev.muster.agent.core.Bell;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/// Synchronizes again and again: at intervals, at once when it is woken, and after a failure with a
/// backoff in which devices that lost their server together do not come back together.
public final class SyncLoop implements Runnable {
  private final SyncClient client;
  private final AgentClock clock;
  private final Duration interval;
  private final DoubleSupplier random;
  private final Consumer<IOException> failures;
  private final Bell bell = new Bell();
  private final Backoff backoff;
  private volatile boolean nudged;

  /// @param interval between two synchronizations when nobody wakes it; each is 80 to 120 % of it
  /// @param random 0 to 1
  /// @param failures hears of each synchronization that failed
  public SyncLoop(
      SyncClient client,
      AgentClock clock,
      Duration interval,
      DoubleSupplier random,
      Consumer<IOException> failures) {
    this.client = client;
    this.clock = clock;
    this.interval = interval;
    this.random = random;
    this.failures = failures;
    this.backoff = new Backoff(random);
  }

  /// Something was edited here.
  public void wake() {
    bell.ring();
  }

  /// The server says that something has changed. It says so to all devices at once, so each waits
  /// for a random part of a second.
  public void nudge() {
    nudged = true;
    bell.ring();
  }

  /// Runs until its thread is interrupted.
  @Override
  public void run() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        bell.take();
        Duration wait = once();
        if (wait == null) {
          long percent = (long) (80 + 40 * random.getAsDouble());
          clock.await(bell, interval.multipliedBy(percent).dividedBy(100));
          if (nudged) {
            nudged = false;
            clock.sleep(Duration.ofMillis((long) (1000 * random.getAsDouble())));
          }
        } else {
          // A bell that rings does not help a server that is in trouble.
          clock.sleep(wait);
        }
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  /// @return the time to wait after a failure; null when there was none
  private @Nullable Duration once() throws InterruptedException {
    try {
      client.sync();
      backoff.reset();
      return null;
    } catch (SyncFailed failed) {
      failures.accept(failed);
      Duration asked = failed.retryAfter();
      Duration own = backoff.next();
      return asked == null ? own : asked.plus(own);
    } catch (IOException failed) {
      failures.accept(failed);
      return backoff.next();
    }
  }
}
