package dev.muster.agent.core;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// What the server is still to be told of how far commands are. Only the newest word about a
/// command counts, and there is about one a second; that a command has arrived is told at once.
final class ProgressBoard {
  private static final Duration PAUSE = Duration.ofSeconds(1);

  /// How far a command was at a time.
  record Update(String requestId, int percent, String message, Instant at) {}

  private final Deque<Update> receipts = new ArrayDeque<>();
  private @Nullable Update latest;
  private boolean latestIsTold;
  private Instant lastTold = Instant.EPOCH;

  /// A command has arrived, perhaps once more: the server may have missed what it was told.
  synchronized void arrived(String requestId, Instant now) {
    Update present = latest;
    if (present != null && present.requestId().equals(requestId)) {
      receipts.add(present);
    } else {
      receipts.add(new Update(requestId, 0, "", now));
    }
  }

  synchronized void report(Update update) {
    latest = update;
    latestIsTold = false;
  }

  /// A command has ended: its result says all.
  synchronized void ended(String requestId) {
    receipts.removeIf(update -> update.requestId().equals(requestId));
    if (latest != null && latest.requestId().equals(requestId)) {
      latest = null;
    }
  }

  /// What is to be told now, null when there is nothing.
  synchronized @Nullable Update take(Instant now) {
    Update receipt = receipts.poll();
    if (receipt != null) {
      lastTold = now;
      return receipt;
    }
    if (latest == null || latestIsTold || !untilDue(now).isZero()) {
      return null;
    }
    latestIsTold = true;
    lastTold = now;
    return latest;
  }

  /// Takes back what could not be told.
  synchronized void giveBack(Update update) {
    if (latest == null || !latest.requestId().equals(update.requestId())) {
      receipts.addFirst(update);
    } else {
      latestIsTold = false;
    }
  }

  /// How long until something may be told; null when there is nothing.
  synchronized @Nullable Duration pause(Instant now) {
    if (!receipts.isEmpty()) {
      return Duration.ZERO;
    }
    return latest == null || latestIsTold ? null : untilDue(now);
  }

  private Duration untilDue(Instant now) {
    Duration since = Duration.between(lastTold, now);
    // A clock that was set back must not silence anybody.
    return since.isNegative() || since.compareTo(PAUSE) >= 0 ? Duration.ZERO : PAUSE.minus(since);
  }
}
