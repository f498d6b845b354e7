package dev.muster.server.live;

import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import io.quarkus.logging.Log;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Keeps the tails of the organizations that somebody of this node watches: one thread, which looks
/// when it hears of changes and every few seconds besides, and which ends when nobody watches any
/// more.
final class Follower {
  private static final Duration POLL = Duration.ofSeconds(2);
  private static final Duration ABANDONED = Duration.ofSeconds(60);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(10);
  private static final Duration SLOWEST = Duration.ofMillis(500);
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final int CHUNK = 500;

  private final Settling settling;
  private final ChangeReader reader;
  private final Map<OrganizationId, Tail> tails = new HashMap<>();
  private final Set<OrganizationId> heard = ConcurrentHashMap.newKeySet();
  private final Semaphore signals = new Semaphore(0);
  private boolean following;
  private volatile boolean closed;

  Follower(Settling settling, ChangeReader reader) {
    this.settling = settling;
    this.reader = reader;
  }

  /// Notes that an organization has changes.
  void hear(OrganizationId organization) {
    if (isWatched(organization)) {
      heard.add(organization);
      signals.release();
    }
  }

  /// Notes that any may have.
  void hearAll() {
    heard.addAll(watched().keySet());
    signals.release();
  }

  void close() {
    closed = true;
    signals.release();
  }

  int waiting() {
    return watched().values().stream().mapToInt(Tail::waiting).sum();
  }

  private boolean isWatched(OrganizationId organization) {
    synchronized (tails) {
      return tails.containsKey(organization);
    }
  }

  private Map<OrganizationId, Tail> watched() {
    synchronized (tails) {
      return Map.copyOf(tails);
    }
  }

  /// The tail of an organization, which from now on is kept.
  ///
  /// @throws Refusal `unavailable` when it is not known yet how far the log is settled
  Tail tail(OrganizationId organization) {
    long from = settled().number();
    synchronized (tails) {
      Tail tail = tails.get(organization);
      if (tail == null) {
        tail = new Tail(from);
        tails.put(organization, tail);
        heard.add(organization);
        signals.release();
      }
      tail.touch();
      if (!following && !closed) {
        following = true;
        Thread.ofVirtual().name("live-follower").start(this::follow);
      }
      return tail;
    }
  }

  /// How far the log is settled, as is known here; the very first time it may take some looks.
  Cursor settled() {
    Cursor known = settling.settled();
    long begin = System.nanoTime();
    Duration pause = BETWEEN_LOOKS;
    while (known == null) {
      var _ = settling.look();
      known = settling.settled();
      if (known == null) {
        if (System.nanoTime() - begin > PATIENCE.toNanos()) {
          throw Refusal.unavailable(
              "A long transaction holds up the log of changes; try again.", SLOWEST, null);
        }
        pause(pause);
        pause = doubled(pause);
      }
    }
    return known;
  }

  private void follow() {
    Set<OrganizationId> unsettled = new HashSet<>();
    Duration pause = POLL;
    while (goesOn()) {
      boolean polling = !wait(pause) && pause.equals(POLL);
      unsettled.addAll(polling ? watched().keySet() : drained());
      if (unsettled.isEmpty()) {
        continue;
      }
      try {
        Cursor before = settling.settled();
        if (look(unsettled)) {
          unsettled.clear();
          pause = POLL;
        } else if (pause.equals(POLL) || !Objects.equals(before, settling.settled())) {
          pause = BETWEEN_LOOKS;
        } else {
          pause = doubled(pause);
        }
      } catch (RuntimeException failure) {
        Log.debugf("The log of changes was not read: %s", failure.getMessage());
        pause = SLOWEST;
      }
      pause(BETWEEN_LOOKS);
    }
  }

  /// Ends the thread when there is nothing to follow, and forgets tails that nobody uses.
  private boolean goesOn() {
    synchronized (tails) {
      tails.values().removeIf(tail -> tail.isAbandoned(ABANDONED));
      following = !closed && !tails.isEmpty();
      return following;
    }
  }

  private Set<OrganizationId> drained() {
    Set<OrganizationId> due = Set.copyOf(heard);
    heard.removeAll(due);
    return due;
  }

  /// Brings the tails of these organizations up to what is settled. Says whether that was all that
  /// was taken.
  private boolean look(Set<OrganizationId> due) {
    boolean all = settling.look();
    Cursor settled = settling.settled();
    if (settled == null) {
      return false;
    }
    watched()
        .forEach((organization, tail) -> {
          if (due.contains(organization)) {
            fill(organization, tail, settled.number());
          }
        });
    return all;
  }

  private void fill(OrganizationId organization, Tail tail, long settled) {
    try {
      while (tail.end() < settled) {
        ChangeReader.Read next = reader.read(organization, tail.end(), settled, CHUNK);
        tail.append(next.changes(), next.upTo());
      }
    } catch (Refusal refusal) {
      if (refusal.code() != ErrorCode.CURSOR_TOO_OLD) {
        throw refusal;
      }
      // nobody looked for as long as changes are kept
      tail.restart(settled);
    }
  }

  /// Whether a signal came before the time was up.
  private boolean wait(Duration atMost) {
    try {
      boolean signalled = signals.tryAcquire(atMost.toNanos(), TimeUnit.NANOSECONDS);
      signals.drainPermits();
      return signalled;
    } catch (InterruptedException _) {
      closed = true;
      return false;
    }
  }

  private static Duration doubled(Duration pause) {
    Duration twice = pause.multipliedBy(2);
    return twice.compareTo(SLOWEST) > 0 ? SLOWEST : twice;
  }

  private static void pause(Duration pause) {
    try {
      TimeUnit.NANOSECONDS.sleep(pause.toNanos());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
