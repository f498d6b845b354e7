package dev.muster.server.web;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;

/// So many at once, the others in the order in which they came; who would wait too long is sent
/// away instead. A turn that lasts long counts no more: whoever is slow holds up nobody else.
final class Turns {
  private static final long LONGEST_NANOS = Duration.ofSeconds(1).toNanos();
  private static final int MOST_WAITING = 20_000;

  /// A turn that was asked for.
  final class Turn {
    private final boolean brief;
    private final Runnable begin;
    private final Runnable sendAway;
    private long since = ticks.getAsLong();
    private boolean isWaiting;

    private Turn(boolean brief, Runnable begin, Runnable sendAway) {
      this.brief = brief;
      this.begin = begin;
      this.sendAway = sendAway;
    }

    /// It is over, or nobody wants it any more.
    void end() {
      synchronized (Turns.this) {
        if (isWaiting) {
          waiting.remove(this);
        }
        holding.remove(this);
      }
      look();
    }
  }

  private final int atOnce;
  private final long longestWait;
  private final LongSupplier ticks;
  private final Set<Turn> holding = new LinkedHashSet<>();
  private final Deque<Turn> waiting = new ArrayDeque<>();

  /// @param ticks nanoseconds, of whatever origin
  Turns(int atOnce, Duration longestWait, LongSupplier ticks) {
    this.atOnce = atOnce;
    this.longestWait = longestWait.toNanos();
    this.ticks = ticks;
  }

  /// Calls one of the two, now or later, on whichever thread it comes about.
  ///
  /// @param brief it takes its turn, and has had it as soon as it begins
  Turn ask(boolean brief, Runnable begin, Runnable sendAway) {
    Turn turn = new Turn(brief, begin, sendAway);
    boolean full;
    synchronized (this) {
      full = waiting.size() >= MOST_WAITING;
      turn.isWaiting = !full;
      if (!full) {
        waiting.add(turn);
      }
    }
    if (full) {
      sendAway.run();
    } else {
      look();
    }
    return turn;
  }

  /// Lets those begin whose turn it is, and sends away who has waited too long. To be called now
  /// and then, for when nothing begins or ends.
  void look() {
    List<Runnable> due = new ArrayList<>();
    synchronized (this) {
      long now = ticks.getAsLong();
      Iterator<Turn> oldest = holding.iterator();
      while (oldest.hasNext() && now - oldest.next().since >= LONGEST_NANOS) {
        oldest.remove();
      }
      while (!waiting.isEmpty()) {
        Turn first = waiting.getFirst();
        if (now - first.since >= longestWait) {
          due.add(first.sendAway);
        } else if (holding.size() < atOnce) {
          begin(first, now);
          due.add(first.begin);
        } else {
          break;
        }
        waiting.removeFirst();
        first.isWaiting = false;
      }
    }
    due.forEach(Runnable::run);
  }

  private void begin(Turn turn, long now) {
    turn.since = now;
    if (!turn.brief) {
      holding.add(turn);
    }
  }

  synchronized int waiting() {
    return waiting.size();
  }
}
