package dev.muster.server.action;

import dev.muster.server.device.Devices;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.RecurringJob;
import dev.muster.server.platform.Refusal;
import io.quarkus.logging.Log;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/// Does what is due: expires, times out, tries again, ends what is simulated. Everything that it
/// goes by is in the rows, so it does after a crash what it would have done without.
///
/// One thing waits after an outage, of the server or of its database: what has timed out meanwhile
/// may have been answered by a device that nobody listened to, so devices get a moment to say so.
@Singleton
public class ActionClock implements RecurringJob {
  private static final int BATCH = 500;
  private static final int AT_ONCE = 4;
  private static final Duration GRACE = Duration.ofSeconds(30);

  private final Database database;
  private final Devices devices;
  private final Lane lane;
  private final InstantSource clock;
  private final Duration grace;

  /// Since when it has run without a gap, and when it last did.
  private Instant since = Instant.MIN;

  private Instant last = Instant.MIN;

  @Inject
  ActionClock(Database database, Devices devices, Lane lane, InstantSource clock) {
    this(database, devices, lane, clock, GRACE);
  }

  /// @param grace for how long it must have run before anything times out
  ActionClock(Database database, Devices devices, Lane lane, InstantSource clock, Duration grace) {
    this.database = database;
    this.devices = devices;
    this.lane = lane;
    this.clock = clock;
    this.grace = grace;
  }

  @Override
  public String name() {
    return "action-clock";
  }

  @Override
  public JobClass jobClass() {
    return JobClass.COMMAND;
  }

  @Override
  public Duration every() {
    return Duration.ofSeconds(1);
  }

  @Override
  public void run() {
    Instant now = clock.instant();
    Instant until = Instant.MIN; // a run that fails counts as a gap
    try {
      tickAllDue(now, hasRunFor(grace, now));
      until = clock.instant();
    } finally {
      ranUntil(until);
    }
  }

  private synchronized boolean hasRunFor(Duration enough, Instant now) {
    if (last.equals(Instant.MIN) || now.isAfter(last.plus(enough))) {
      since = now;
    }
    return !now.isBefore(since.plus(enough));
  }

  private synchronized void ranUntil(Instant until) {
    last = until;
  }

  private void tickAllDue(Instant now, boolean timeouts) {
    ActionStore.Due behind = null;
    List<ActionStore.Due> due;
    do {
      ActionStore.Due seen = behind;
      due =
          database.acrossOrganizations(
              handle -> ActionStore.due(handle, now, timeouts, seen, BATCH));
      tickAll(due);
      behind = due.isEmpty() ? null : due.getLast();
    } while (due.size() == BATCH && !Thread.currentThread().isInterrupted());
  }

  /// A few devices at a time; what is due of one device stays in order.
  private void tickAll(List<ActionStore.Due> due) {
    Collection<List<ActionStore.Due>> parts =
        due.stream()
            .collect(Collectors.groupingBy(one -> Math.floorMod(one.device().hashCode(), AT_ONCE)))
            .values();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      parts.forEach(part -> threads.execute(() -> part.forEach(this::tick)));
    }
  }

  /// What cannot be done now is due still, holds up nothing that is due after it, and is tried
  /// again at the next run.
  private void tick(ActionStore.Due due) {
    try {
      database.in(
          due.organization(),
          handle -> {
            var device = devices.hold(handle, due.organization(), due.device().toString());
            lane.tick(handle, device, Actions.require(handle, due.organization(), due.id()));
            return due;
          });
    } catch (Refusal refusal) {
      Log.debugf("Action %s is looked at again: %s", due.id(), refusal.getMessage());
    } catch (RuntimeException failure) {
      Log.warnf(failure, "Action %s is looked at again", due.id());
    }
  }
}
