package dev.muster.agent;

import java.time.Duration;

/// How simulated devices carry commands out.
///
/// @param time how long each command takes
/// @param success the share of commands that succeeds, from 0 to 1
record Pace(Duration time, double success) {
  static final Pace AT_ONCE = new Pace(Duration.ZERO, 1);
}
