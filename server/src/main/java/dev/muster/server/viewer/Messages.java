package dev.muster.server.viewer;

import java.util.concurrent.TimeUnit;

/// Counts what one viewer sends.
final class Messages {
  static final int MOST = 60;
  static final int MOST_WRONG = 10;
  private static final long WITHIN = TimeUnit.MINUTES.toNanos(1);

  private long from = Long.MIN_VALUE;
  private int count;
  private int wrong;

  /// Whether one more is in order: 60 a minute are.
  synchronized boolean takes(long now) {
    if (from == Long.MIN_VALUE || now - from >= WITHIN) {
      from = now;
      count = 0;
      wrong = 0;
    }
    count++;
    return count <= MOST;
  }

  /// Whether one more that cannot be understood is in order: 9 within that minute are.
  synchronized boolean forgives() {
    wrong++;
    return wrong < MOST_WRONG;
  }
}
