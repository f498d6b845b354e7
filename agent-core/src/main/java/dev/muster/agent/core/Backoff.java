package dev.muster.agent.core;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/// Full-jitter exponential backoff: before the n-th try again it waits a random time of up to 2 s ·
/// 2ⁿ, and never more than 5 minutes.
///
/// The whole time is random, not a part of it: a fleet that lost its server in one moment then
/// comes back evenly spread (Marc Brooker, "Exponential Backoff And Jitter", AWS 2015).
public final class Backoff {
  private static final Duration BASE = Duration.ofSeconds(2);
  private static final Duration CAP = Duration.ofMinutes(5);
  private static final int DOUBLINGS_TO_CAP = 8;

  private final DoubleSupplier random;
  private int failures;

  public Backoff(DoubleSupplier random) {
    this.random = random;
  }

  /// The wait after one more failure.
  public Duration next() {
    long ceiling =
        Math.min(BASE.toMillis() << Math.min(failures, DOUBLINGS_TO_CAP), CAP.toMillis());
    failures++;
    return Duration.ofMillis((long) (random.getAsDouble() * ceiling));
  }

  public void reset() {
    failures = 0;
  }
}
