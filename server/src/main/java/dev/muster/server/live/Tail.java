package dev.muster.server.live;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The latest changes of one organization, in memory, and those who wait for the next. Whoever
/// stands within it is served without a query.
final class Tail {
  /// How many changes are held, and how many characters of them besides their constant part.
  static final int MOST = 2_000;

  static final long MOST_WEIGHT = 4_000_000;

  /// @param floor all changes after this number, up to `end`, are in `changes`
  private record Held(long floor, long end, List<Change> changes, long weight) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition grown = lock.newCondition();
  private volatile Held held;
  private int waiting;
  private long usedAt = System.nanoTime();

  /// Begins after the change of this number.
  Tail(long number) {
    held = new Held(number, number, List.of(), 0);
  }

  /// Up to where it has all that is settled.
  long end() {
    return held.end();
  }

  /// Changes in order.
  ///
  /// @param end up to where these are all that there are
  record Recent(List<Change> changes, long end) {}

  /// The changes after a number; empty when some of them are not here any more.
  Optional<Recent> after(long number) {
    Held now = held;
    return number < now.floor()
        ? Optional.empty()
        : Optional.of(new Recent(after(now, number), Math.max(number, now.end())));
  }

  private static List<Change> after(Held now, long number) {
    List<Change> changes = now.changes();
    int from = 0;
    int to = changes.size();
    while (from < to) {
      int middle = (from + to) >>> 1;
      if (changes.get(middle).number() <= number) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return changes.subList(from, changes.size());
  }

  /// Takes the next changes, those up to `end`. Of a device that is erased nothing is kept.
  void append(List<Change> next, long end) {
    Held now = held;
    Deque<Change> all = new ArrayDeque<>(now.changes());
    long weight = now.weight();
    for (Change change : next) {
      if (change instanceof Change.Erased erased) {
        weight -= forget(all, erased);
      }
      all.add(change);
      weight += Weight.of(change);
    }
    long floor = now.floor();
    while (all.size() > MOST || weight > MOST_WEIGHT) {
      Change oldest = all.remove();
      floor = oldest.number();
      weight -= Weight.of(oldest);
    }
    hold(new Held(floor, end, List.copyOf(all), weight), !next.isEmpty());
  }

  private static long forget(Deque<Change> changes, Change.Erased erased) {
    long weight = 0;
    for (Iterator<Change> each = changes.iterator(); each.hasNext(); ) {
      Change change = each.next();
      if (erased.device().equals(change.device())) {
        weight += Weight.of(change);
        each.remove();
      }
    }
    return weight;
  }

  /// Forgets everything and begins after the change of another number.
  void restart(long number) {
    hold(new Held(number, number, List.of(), 0), true);
  }

  private void hold(Held next, boolean tell) {
    lock.lock();
    try {
      held = next;
      if (tell) {
        grown.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /// Waits until there is a change after the number, or its time is up. Says which it was.
  boolean await(long number, Duration atMost) throws InterruptedException {
    lock.lock();
    try {
      waiting++;
      long left = atMost.toNanos();
      while (!isBeyond(number) && left > 0) {
        left = grown.awaitNanos(left);
      }
      return isBeyond(number);
    } finally {
      waiting--;
      usedAt = System.nanoTime();
      lock.unlock();
    }
  }

  private boolean isBeyond(long number) {
    Held now = held;
    return number < now.floor()
        || (!now.changes().isEmpty() && now.changes().getLast().number() > number);
  }

  /// Keeps it from being forgotten for a while.
  void touch() {
    lock.lock();
    try {
      usedAt = System.nanoTime();
    } finally {
      lock.unlock();
    }
  }

  /// Whether nobody waits, and nobody has asked for so long.
  boolean isAbandoned(Duration since) {
    lock.lock();
    try {
      return waiting == 0 && System.nanoTime() - usedAt > since.toNanos();
    } finally {
      lock.unlock();
    }
  }

  int waiting() {
    lock.lock();
    try {
      return waiting;
    } finally {
      lock.unlock();
    }
  }
}
