package dev.muster.server.viewer;

import dev.muster.server.live.Change;
import dev.muster.server.live.Changes;
import dev.muster.server.live.Cursor;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Refusal;
import io.quarkus.logging.Log;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// One connection. One thread reads the log and notes what is looked at, whether or not the viewer
/// reads; another sends, one message at a time, and the next when the network has taken that. What
/// comes meanwhile is coalesced, so a viewer costs what its [Coalescer] holds and no more.
final class Viewer implements Connections.Visitor {
  static final int MOST_REPLIES = 16;
  private static final int PAGE = Changes.MOST;
  private static final long BETWEEN_FRAMES = TimeUnit.MILLISECONDS.toNanos(50);

  /// A viewer to whom nothing is told hears the place where it is: what lies between does not cut
  /// it off when it comes back.
  private static final long SILENCE = TimeUnit.SECONDS.toNanos(30);

  private static final Duration LOOK = Duration.ofSeconds(5);
  private static final Duration PAUSE = Duration.ofMillis(500);

  private final Caller caller;
  private final Outlet outlet;
  private final Changes changes;
  private final ViewerMeters meters;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // all that follows is guarded by the lock
  private final Coalescer coalescer = new Coalescer();
  private final Deque<String> replies = new ArrayDeque<>();
  private volatile Watch watch = Watch.NOTHING;
  private @Nullable Cursor read;
  private long generation;
  private boolean sending;
  private volatile boolean over;
  private long framedAt = System.nanoTime() - BETWEEN_FRAMES;
  private long metered;
  private long meteredThinned;

  Viewer(Caller caller, Outlet outlet, Changes changes, ViewerMeters meters) {
    this.caller = caller;
    this.outlet = outlet;
    this.changes = changes;
    this.meters = meters;
  }

  @Override
  public Caller caller() {
    return caller;
  }

  Watch watch() {
    return watch;
  }

  @Override
  public void start() {
    Thread.ofVirtual().name("viewer-sender").start(this::send);
  }

  /// Looks at something else from now on.
  ///
  /// @param from where to go on; null to go on where it is, or, the first time, to begin now
  /// @throws Refusal when it is not known at present where the log ends
  void look(Watch wanted, @Nullable Cursor from) {
    Cursor first = from == null && read == null ? changes.now(caller) : from;
    lock.lock();
    try {
      if (first != null) {
        coalescer.retain(_ -> false);
        read = first;
      } else {
        coalescer.retain(wanted::takes);
      }
      coalescer.retainKinds(wanted.kinds());
      watch = wanted;
      framedAt = System.nanoTime() - BETWEEN_FRAMES;
      generation++;
      Cursor begin = Objects.requireNonNull(read);
      long mine = generation;
      reply(ViewerWire.watching(wanted, text(place(begin))));
      Thread.ofVirtual().name("viewer-reader").start(() -> read(mine, begin));
    } finally {
      lock.unlock();
    }
  }

  /// Answers a message that cannot be done.
  void refuse(Refusal refusal) {
    lock.lock();
    try {
      reply(ViewerWire.error(refusal));
    } finally {
      lock.unlock();
    }
  }

  /// Who sends and does not read is let go.
  private void reply(String message) {
    replies.add(message);
    if (replies.size() > MOST_REPLIES) {
      hangUp(Outlet.Goodbye.ABUSE);
    }
    changed.signalAll();
  }

  /// Devices were heard.
  void seen(Collection<Sighting> sightings) {
    lock.lock();
    try {
      sightings.stream()
          .filter(watch::takes)
          .forEach(sighting -> coalescer.note(new Told.Seen(sighting)));
      meter();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Sightings were too many to be told.
  void missedSightings() {
    lock.lock();
    try {
      if (watch.looksAtSightings()) {
        coalescer.refresh(Kind.SEEN, Long.MAX_VALUE);
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void ping() {
    outlet.ping();
  }

  @Override
  public void hangUp(Outlet.Goodbye why) {
    end();
    outlet.hangUp(why);
  }

  @Override
  public void end() {
    lock.lock();
    try {
      over = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  boolean isOver() {
    return over;
  }

  /// How many things it has still to be told.
  int held() {
    lock.lock();
    try {
      return coalescer.size();
    } finally {
      lock.unlock();
    }
  }

  /// Reads the log until another one does, or all is over.
  private void read(long mine, Cursor begin) {
    Cursor cursor = begin;
    try {
      while (isCurrent(mine)) {
        try {
          Changes.Page page = changes.after(caller, cursor, watch.filter(), PAGE);
          if (!note(mine, page)) {
            return;
          }
          cursor = page.next();
          if (!page.more()) {
            changes.await(caller.organization(), cursor, LOOK);
          }
        } catch (Refusal refusal) {
          cursor = after(refusal, mine, cursor);
        }
      }
    } catch (RuntimeException failure) {
      Log.error("A viewer cannot be told of changes", failure);
      hangUp(Outlet.Goodbye.FAILED);
    }
  }

  /// Where to go on after a refusal: from now, with all to be read anew, when what was missed is
  /// not kept any more; else, after a pause, at the same place.
  private Cursor after(Refusal refusal, long mine, Cursor cursor) {
    if (refusal.code() == ErrorCode.CURSOR_TOO_OLD) {
      Cursor now = changes.now(caller);
      lock.lock();
      try {
        if (mine == generation) {
          read = now;
          watch.kinds().forEach(kind -> coalescer.refresh(kind, Long.MAX_VALUE));
          changed.signalAll();
        }
      } finally {
        lock.unlock();
      }
      return now;
    }
    if (refusal.code() != ErrorCode.UNAVAILABLE) {
      throw refusal;
    }
    pause();
    return cursor;
  }

  private static void pause() {
    try {
      TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isCurrent(long mine) {
    lock.lock();
    try {
      return !over && mine == generation;
    } finally {
      lock.unlock();
    }
  }

  private boolean note(long mine, Changes.Page page) {
    lock.lock();
    try {
      if (over || mine != generation) {
        return false;
      }
      for (Change change : page.changes()) {
        if (change instanceof Change.OfManyStates) {
          coalescer.refresh(Kind.COMPLIANCE, change.number());
        } else {
          coalescer.note(new Told.OfChange(change));
        }
      }
      read = page.next();
      if (!page.changes().isEmpty()) {
        meter();
        changed.signalAll();
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void meter() {
    meters.held(coalescer.coalesced() - metered, coalescer.thinned() - meteredThinned);
    metered = coalescer.coalesced();
    meteredThinned = coalescer.thinned();
  }

  private void send() {
    lock.lock();
    try {
      while (!over) {
        if (sending) {
          changed.await();
        } else {
          String message = next();
          if (message == null) {
            changed.awaitNanos(pauseNanos());
          } else {
            sending = true;
            var _ = outlet.send(message).whenComplete((_, _) -> sent());
          }
        }
      }
    } catch (InterruptedException _) {
      over = true;
    } catch (RuntimeException failure) {
      Log.error("A viewer cannot be sent anything", failure);
      hangUp(Outlet.Goodbye.FAILED);
    } finally {
      lock.unlock();
    }
  }

  /// Also when it failed: then the connection is closed, which is heard elsewhere.
  private void sent() {
    lock.lock();
    try {
      sending = false;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private @Nullable String next() {
    String reply = replies.poll();
    if (reply != null) {
      return reply;
    }
    Cursor place = read;
    long now = System.nanoTime();
    if (place == null || now - framedAt < BETWEEN_FRAMES) {
      return null;
    }
    Frame frame = coalescer.take(now, place.number()).orElse(null);
    if (frame == null && now - framedAt < SILENCE) {
      return null;
    }
    framedAt = now;
    meters.sent();
    return frame == null
        ? ViewerWire.frame(new Frame(List.of(), Set.of(), 0), text(place(place)))
        : ViewerWire.frame(frame, text(new Cursor(place.epoch(), frame.place())));
  }

  private long pauseNanos() {
    long now = System.nanoTime();
    if (read == null) {
      return SILENCE;
    }
    long due = Math.max(coalescer.dueIn(now), BETWEEN_FRAMES - (now - framedAt));
    return Math.max(1, Math.min(due, SILENCE - (now - framedAt)));
  }

  private Cursor place(Cursor at) {
    return new Cursor(at.epoch(), coalescer.place(at.number()));
  }

  private static String text(Cursor cursor) {
    return cursor.text();
  }
}
