package dev.muster.server.dispatch;

import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// Waits for what another thread or process brings about.
final class Eventually {
  private static final long PATIENCE_NANOS = 30_000_000_000L;
  private static final long STEP_NANOS = 5_000_000;

  private Eventually() {}

  /// What `look` found when it was as expected. Fails when it is not for half a minute.
  static <T> T see(String what, Supplier<T> look, Predicate<? super T> expected) {
    long begin = System.nanoTime();
    while (true) {
      T found = look.get();
      if (expected.test(found)) {
        return found;
      }
      if (System.nanoTime() - begin > PATIENCE_NANOS) {
        throw new AssertionError("no " + what + " within 30 s, but " + found);
      }
      LockSupport.parkNanos(STEP_NANOS);
    }
  }
}
