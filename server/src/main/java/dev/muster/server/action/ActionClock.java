package dev.muster.server.action;

import dev.muster.server.device.Devices;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.RecurringJob;
import dev.muster.server.platform.Refusal;
import io.quarkus.logging.Log;
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
@Singleton
public class ActionClock implements RecurringJob {
  private static final int BATCH = 500;
  private static final int AT_ONCE = 4;

  private final Database database;
  private final Devices devices;
  private final Lane lane;
  private final InstantSource clock;

  ActionClock(Database database, Devices devices, Lane lane, InstantSource clock) {
    this.database = database;
    this.devices = devices;
    this.lane = lane;
    this.clock = clock;
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
    ActionStore.Due last = null;
    List<ActionStore.Due> due;
    do {
      ActionStore.Due seen = last;
      due = database.acrossOrganizations(handle -> ActionStore.due(handle, now, seen, BATCH));
      tickAll(due);
      last = due.isEmpty() ? null : due.getLast();
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
