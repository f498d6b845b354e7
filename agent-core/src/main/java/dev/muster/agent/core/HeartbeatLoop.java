package dev.muster.agent.core;

import dev.muster.agent.core.HeartbeatCalls.Taken;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/// Takes heartbeats on time, whether or not the server is there, and sends them: each at once, or,
/// after an outage, all that were taken meanwhile in batches, the oldest first, with the times at
/// which they were taken.
///
/// One whose answer was lost is sent again; the server knows it by its time. One that the server
/// says is wrong is dropped. Everything else that goes wrong passes, and is tried again.
final class HeartbeatLoop {
  /// The interval until the server has named one.
  static final Duration INTERVAL = Duration.ofMinutes(5);

  /// The first heartbeat after a start comes within this time, so that the device is seen soon.
  static final Duration SOON = Duration.ofSeconds(30);

  /// So many are kept, the newest, and so long.
  static final int MOST_KEPT = 2_000;

  static final Duration KEPT = Duration.ofHours(24);

  /// What a server takes at once.
  static final int MOST_AT_ONCE = 500;

  /// Of more pings at once the rest is answered by their results alone.
  private static final int MOST_PINGS = 100;

  private static final long SHORTEST_SECONDS = 1;
  private static final long LONGEST_SECONDS = 24 * 60 * 60;

  private final AgentSettings settings;
  private final AgentPorts ports;
  private final HeartbeatPorts own;
  private final AgentMemory memory;
  private final HeartbeatCalls server;
  private final Bell bell = new Bell();
  private final BlockingQueue<String> pings = new LinkedBlockingQueue<>(MOST_PINGS);
  private final Backoff backoff;
  private Duration interval;
  private boolean inPhase;
  private int atOnce = MOST_AT_ONCE;

  /// How many are in the queue, which nobody else changes; null before it was asked.
  private @Nullable Integer waiting;

  private Instant due = Instant.EPOCH;
  private Instant retryAt = Instant.EPOCH;

  /// The server itself asked for the wait until [#retryAt].
  private boolean askedToWait;

  HeartbeatLoop(AgentSettings settings, AgentPorts ports, HeartbeatPorts own, AgentMemory memory) {
    this.settings = settings;
    this.ports = ports;
    this.own = own;
    this.memory = memory;
    this.server = new HeartbeatCalls(new Calls(ports.transport(), ports.clock()));
    this.backoff = new Backoff(ports.random());
    Duration wanted = own.interval();
    this.interval = wanted == null ? INTERVAL : wanted;
  }

  /// Sends a heartbeat at once that answers this request. For any thread.
  void answerPing(String requestId) {
    if (pings.offer(requestId)) {
      bell.ring();
    }
  }

  /// The server answered something else: what waits is tried again. For any thread.
  void serverIsThere() {
    bell.ring();
  }

  /// Runs until its thread is interrupted.
  void run() throws InterruptedException {
    due = now().plus(share(shorter(interval, SOON)));
    while (true) {
      boolean serverMayBeThere = bell.take();
      Duration pause;
      try {
        AgentState self = memory.state();
        String id = self.deviceId();
        pause =
            id == null
                ? Duration.ofSeconds(LONGEST_SECONDS)
                : beat(id, self.deviceToken(), serverMayBeThere);
      } catch (IOException | RuntimeException e) {
        pause = delayed(e, null);
      }
      ports.clock().await(bell, pause);
    }
  }

  /// @return how long there is nothing to do
  private Duration beat(String id, @Nullable String token, boolean serverMayBeThere)
      throws IOException, InterruptedException {
    boolean mayTry = !now().isBefore(retryAt) || (serverMayBeThere && !askedToWait);
    for (Heartbeat heartbeat : taken(id)) {
      if (mayTry && waiting() == 0) {
        mayTry = sent(token, heartbeat);
      } else {
        keep(heartbeat);
      }
    }
    if (mayTry) {
      catchUp(id, token);
    }
    Instant now = now();
    Duration untilDue = until(due, now);
    return waiting() == 0 ? untilDue : shorter(untilDue, until(retryAt, now));
  }

  /// What is due by now: an answer to each ping, and one because it is time.
  private List<Heartbeat> taken(String id) throws IOException {
    List<Heartbeat> taken = new ArrayList<>();
    for (String ping = pings.poll(); ping != null; ping = pings.poll()) {
      taken.add(take(id, ping));
    }
    Instant now = now();
    // The clock may have been put back.
    boolean isTime = !now.isBefore(due) || due.isAfter(now.plus(interval.multipliedBy(2)));
    if (isTime) {
      due = now.plus(untilNext());
      taken.add(take(id, null));
    }
    return taken;
  }

  private Heartbeat take(String id, @Nullable String ping) throws IOException {
    return Heartbeat.of(id, settings, now(), own.vitals().read(), ping, waiting());
  }

  /// Devices that were started together do not stay together: once, any time within the interval,
  /// from then on about the interval.
  private Duration untilNext() {
    if (!inPhase) {
      inPhase = true;
      return share(interval);
    }
    double factor = 0.9 + 0.2 * ports.random().getAsDouble();
    return Duration.ofMillis((long) (interval.toMillis() * factor));
  }

  /// @return whether the server is there
  private boolean sent(@Nullable String token, Heartbeat heartbeat) throws InterruptedException {
    try {
      obey(server.one(token, heartbeat), 1);
      return true;
    } catch (CallFailed e) {
      if (e.blamesContent()) {
        dropped(CommandRunner.message(e));
        return true;
      }
      keep(heartbeat);
      delayed(e, e.retryAfter());
    } catch (IOException | RuntimeException e) {
      keep(heartbeat);
      delayed(e, null);
    }
    return false;
  }

  /// Sends what waits, until nothing does or it does not go.
  private void catchUp(String id, @Nullable String token) throws IOException, InterruptedException {
    List<Heartbeat> oldest = waiting() == 0 ? Collections.emptyList() : own.queue().oldest(atOnce);
    while (!oldest.isEmpty()) {
      List<Heartbeat> wanted = new ArrayList<>(oldest);
      Instant tooOld = now().minus(KEPT);
      wanted.removeIf(each -> !each.deviceId().equals(id) || each.takenAt().isBefore(tooOld));
      boolean over = wanted.isEmpty();
      try {
        if (!over) {
          obey(server.all(token, wanted), wanted.size());
          over = true;
        }
      } catch (CallFailed e) {
        if (!e.blamesContent()) {
          delayed(e, e.retryAfter());
          return;
        }
        over = wanted.size() == 1;
        if (over) {
          dropped(CommandRunner.message(e));
        }
      } catch (IOException e) {
        delayed(e, null);
        return;
      }
      if (over) {
        removeOldest(oldest.size());
        atOnce = Math.min(MOST_AT_ONCE, 2 * atOnce);
      } else {
        // One of them spoils the batch: halves find it, and the rest goes through.
        atOnce = Math.max(1, oldest.size() / 2);
      }
      oldest = own.queue().oldest(atOnce);
    }
  }

  private void obey(Taken answer, int count) {
    backoff.reset();
    askedToWait = false;
    answer.refused().values().forEach(this::dropped);
    ports.events().accept(new AgentEvent.HeartbeatsSent(count - answer.refused().size()));
    Long seconds = answer.nextSeconds();
    if (own.interval() == null && seconds != null) {
      long bounded = Math.max(SHORTEST_SECONDS, Math.min(LONGEST_SECONDS, seconds));
      Duration asked = Duration.ofSeconds(bounded);
      if (!asked.equals(interval)) {
        interval = asked;
        Instant next = now().plus(share(interval));
        due = next.isBefore(due) ? next : due;
      }
    }
  }

  private void keep(Heartbeat heartbeat) {
    try {
      int before = waiting();
      own.queue().add(heartbeat);
      waiting = before + 1;
      if (before >= MOST_KEPT) {
        removeOldest(before + 1 - MOST_KEPT);
      }
    } catch (IOException | RuntimeException e) {
      dropped(CommandRunner.message(e));
    }
  }

  private int waiting() throws IOException {
    Integer known = waiting;
    if (known == null) {
      known = own.queue().size();
      waiting = known;
    }
    return known;
  }

  private void removeOldest(int count) throws IOException {
    int before = waiting();
    own.queue().removeOldest(count);
    waiting = before - count;
  }

  private void dropped(String reason) {
    ports.events().accept(new AgentEvent.HeartbeatDropped(reason));
  }

  /// @return how long to wait
  private Duration delayed(Exception failure, @Nullable Duration asked) {
    Duration wait = asked == null ? backoff.next() : asked.plus(backoff.next());
    askedToWait = asked != null;
    retryAt = now().plus(wait);
    ports.events().accept(new AgentEvent.HeartbeatsDelayed(CommandRunner.message(failure), wait));
    return wait;
  }

  /// Some of this time, by chance.
  private Duration share(Duration most) {
    return Duration.ofMillis((long) (most.toMillis() * ports.random().getAsDouble()));
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private static Duration until(Instant then, Instant now) {
    return then.isAfter(now) ? Duration.between(now, then) : Duration.ZERO;
  }

  private Instant now() {
    return ports.clock().now();
  }
}
