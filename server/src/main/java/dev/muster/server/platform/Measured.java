package dev.muster.server.platform;

import io.quarkus.logging.Log;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Something that takes a while to find out, for gauges: who asks never waits, and it is looked at
/// once a minute at the most, while somebody asks.
public final class Measured<T> {
  public static final Duration FRESH = Duration.ofMinutes(1);

  private record Found<T>(Instant at, T value) {}

  private final InstantSource clock;
  private final Supplier<T> look;
  private final AtomicBoolean looking = new AtomicBoolean();
  private volatile @Nullable Found<T> latest;

  public Measured(InstantSource clock, Supplier<T> look) {
    this.clock = clock;
    this.look = look;
  }

  /// As of the latest look, of which the next is begun when it is a minute old; null before the
  /// first.
  public @Nullable T latest() {
    Found<T> known = latest;
    Instant now = clock.instant();
    if ((known == null || !known.at().plus(FRESH).isAfter(now))
        && looking.compareAndSet(false, true)) {
      Thread.ofVirtual().name("measuring").start(() -> look(now));
    }
    return known == null ? null : known.value();
  }

  private void look(Instant now) {
    try {
      latest = new Found<>(now, look.get());
    } catch (RuntimeException failure) {
      Log.debugf("A metric could not be measured: %s", failure.getMessage());
    } finally {
      looking.set(false);
    }
  }
}
