package dev.muster.server.live;

import dev.muster.server.platform.Database;
import dev.muster.server.platform.Epoch;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Knows how far the log is settled: which number is such that every change up to it is either
/// committed or will never be. Nobody reads beyond it, so that nobody passes over a change whose
/// transaction took its number early and commits late.
///
/// A transaction has its id before it takes a number. So when a look first reads the last number
/// that was taken and then takes an id of its own, whoever has taken a number up to that one has a
/// smaller id; and once no transaction of a smaller id is running, the log is settled up to that
/// number. A look costs a few statements and, when numbers were taken since the one before, an id;
/// it waits for nobody.
final class Settling {
  /// What will be settled when every transaction of an id below `before` is over.
  private record Mark(long number, long before) {}

  /// @param own the look's own id; null when no number was taken since the look before
  private record Seen(UUID epoch, long taken, @Nullable Long own, long oldestRunning) {}

  private final Database database;
  private final Queue<Mark> marks = new ArrayDeque<>();
  private volatile @Nullable Cursor settled;
  private volatile long taken = -1;

  Settling(Database database) {
    this.database = database;
  }

  /// Looks again. Says whether all numbers that were taken before are settled now.
  synchronized boolean look() {
    long before = taken;
    Seen seen =
        database.acrossOrganizations(handle -> {
          long last = ChangeStore.lastTaken(handle);
          Long own = last > before ? ChangeStore.ownTransaction(handle) : null;
          return new Seen(Epoch.read(handle).id(), last, own, ChangeStore.oldestRunning(handle));
        });
    if (seen.own() != null) {
      marks.add(new Mark(seen.taken(), seen.own()));
      taken = seen.taken();
    }
    for (Mark mark = marks.peek();
        mark != null && mark.before() <= seen.oldestRunning();
        mark = marks.peek()) {
      settled = new Cursor(seen.epoch(), mark.number());
      marks.remove();
    }
    return marks.isEmpty();
  }

  /// The settled number as of the latest look that found one; null before. Waits for no look.
  @Nullable Cursor settled() {
    return settled;
  }

  /// The greatest number that was seen to be taken.
  long taken() {
    return taken;
  }
}
