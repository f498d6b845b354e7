package dev.muster.e2e;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/// Waiting for something to become true, with a deadline.
final class Await {
  private static final long STEP = Duration.ofMillis(50).toNanos();

  private Await() {}

  interface Check {
    void run() throws Exception;
  }

  /// Repeats the assertions until they hold. At the deadline their last failure is the test's.
  static void until(Duration patience, Check assertions) {
    boolean _ =
        get(
            patience,
            () -> {
              assertions.run();
              return true;
            });
  }

  /// The value of the first call that does not throw.
  static <T> T get(Duration patience, Callable<T> value) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (true) {
      try {
        return value.call();
      } catch (Exception | AssertionError failure) {
        if (System.nanoTime() - deadline > 0) {
          throw new AssertionError("Not within " + patience + ": " + failure.getMessage(), failure);
        }
        LockSupport.parkNanos(STEP);
      }
    }
  }
}
