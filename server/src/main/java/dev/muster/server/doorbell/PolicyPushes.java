package dev.muster.server.doorbell;

import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.RecurringJob;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jdbi.v3.core.Handle;

/// Tells devices over the push service that their policy has changed, when no node reaches them.
///
/// No node knows to which other a device is connected. So a push waits for [#GRACE] beside the ring
/// that all nodes try, and is dropped when the device hears that, or comes by itself. It is a row,
/// so it survives the server; a device has one at most, so many changes are one message. One worker
/// in the whole cluster sends, a batch at a time. What is sent twice after a crash does no harm,
/// and what the service will not take is given up: the device pulls by itself in the end.
@Singleton
public class PolicyPushes implements RecurringJob {
  static final String COLLAPSE_KEY = "policy_changed";
  static final Map<String, String> MESSAGE = Map.of("type", "policy_changed");

  /// Longer than a ring takes.
  static final Duration GRACE = Duration.ofSeconds(3);

  /// How many messages are under way at once.
  static final int BATCH = 64;

  static final int MOST_ATTEMPTS = 8;
  private static final Duration LEASE = Duration.ofMinutes(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

  private record Done(PendingPushStore.Pending push, PushOutcome outcome) {}

  private final Database database;
  private final InstantSource clock;
  private final Push push;
  private volatile Instant quietUntil = Instant.MIN;

  public PolicyPushes(Database database, InstantSource clock, Push push) {
    this.database = database;
    this.clock = clock;
    this.push = push;
  }

  /// Pushes to those of the devices that have a push token, unless they hear in time.
  public void later(Handle handle, Collection<DeviceId> devices) {
    if (push.isOn() && !devices.isEmpty()) {
      PendingPushStore.insert(handle, devices, clock.instant().plus(GRACE));
    }
  }

  /// The devices have heard what has happened so far.
  public void heard(Handle handle, Collection<DeviceId> devices) {
    if (push.isOn() && !devices.isEmpty()) {
      PendingPushStore.remove(handle, devices);
    }
  }

  @Override
  public String name() {
    return "push-policy-changed";
  }

  @Override
  public JobClass jobClass() {
    return JobClass.WAKE;
  }

  @Override
  public Duration every() {
    return Duration.ofSeconds(1);
  }

  /// Sends until nothing is due, or the service wants to be left alone.
  @Override
  public void run() {
    while (!Thread.currentThread().isInterrupted()
        && !clock.instant().isBefore(quietUntil)
        && sendBatch() == BATCH) {
      // the next one
    }
  }

  /// Returns how many there were.
  private int sendBatch() {
    Instant now = clock.instant();
    Map<DeviceId, PushToken> tokens = new HashMap<>();
    List<PendingPushStore.Pending> claimed =
        database.acrossOrganizations(handle -> {
          List<PendingPushStore.Pending> due =
              PendingPushStore.claim(handle, now, now.plus(LEASE), BATCH);
          tokens.clear();
          tokens.putAll(
              push.tokens(handle, due.stream().map(PendingPushStore.Pending::device).toList()));
          return due;
        });
    if (!claimed.isEmpty()) {
      List<Done> done = send(claimed, tokens);
      database.acrossOrganizations(handle -> {
        done.forEach(one -> settle(handle, one));
        return done;
      });
    }
    return claimed.size();
  }

  private List<Done> send(List<PendingPushStore.Pending> claimed, Map<DeviceId, PushToken> tokens) {
    List<Future<Done>> sending = new ArrayList<>();
    try (ExecutorService each = Executors.newVirtualThreadPerTaskExecutor()) {
      for (PendingPushStore.Pending one : claimed) {
        PushToken token = tokens.get(one.device());
        sending.add(
            each.submit(() ->
                new Done(
                    one,
                    token == null
                        ? new PushOutcome.Off()
                        : push.send(token, MESSAGE, COLLAPSE_KEY))));
      }
    }
    return sending.stream().map(Future::resultNow).toList();
  }

  private void settle(Handle handle, Done done) {
    Instant now = clock.instant();
    switch (done.outcome()) {
      case PushOutcome.Sent _, PushOutcome.Invalid _, PushOutcome.Refused _, PushOutcome.Off _ ->
          PendingPushStore.finish(handle, done.push(), now.plus(GRACE));
      case PushOutcome.Retry retry -> {
        int attempt = done.push().attempt();
        if (retry.after() != null) {
          quietUntil = now.plus(retry.after());
        }
        if (attempt >= MOST_ATTEMPTS) {
          PendingPushStore.finish(handle, done.push(), now.plus(LONGEST_PAUSE));
        } else {
          Duration pause = retry.after() == null ? backoff(attempt) : retry.after();
          PendingPushStore.postpone(handle, done.push(), attempt + 1, now.plus(pause));
        }
      }
    }
  }

  /// 2, 4, 8 … seconds.
  private static Duration backoff(int attempt) {
    Duration pause = Duration.ofSeconds(1L << Math.min(attempt, 20));
    return pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
  }
}
