package dev.muster.agent;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/// Decides which devices go off and come back, so that about the same share of a fleet is off at
/// any moment while each outage has its own length.
final class PowerCuts {
  /// The mean length of an outage.
  static final Duration OUTAGE = Duration.ofSeconds(30);

  private final double share;
  private final DoubleSupplier random;

  /// @param share of the fleet that is off, from 0 to less than 1
  PowerCuts(double share, DoubleSupplier random) {
    this.share = share;
    this.random = random;
  }

  /// Whether a device that may go off for the first time is off from the start.
  boolean startsOff() {
    return random.getAsDouble() < share;
  }

  /// Whether a device changes sides in this much time. In balance as many go off as come back:
  /// `share / OUTAGE` come back, so `share / (1 - share) / OUTAGE` of those that are on go off.
  boolean flips(boolean on, Duration time) {
    double back = (double) time.toMillis() / OUTAGE.toMillis();
    return random.getAsDouble() < (on ? back * share / (1 - share) : back);
  }
}
