package dev.muster.server.telemetry;

import dev.muster.server.archive.Partitions;
import dev.muster.server.device.KnownDevices;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.RecurringJob;
import dev.muster.server.telemetry.ReconciliationStore.Walked;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.logging.Log;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// Compares the last statuses with the history since the run before, and repairs those that are
/// older than that. Both are written in one transaction, so there should be nothing to repair: what
/// it counts is a mistake to be found. What came in of a device while it was erased goes.
@Singleton
public class StatusReconciliation implements RecurringJob {
  /// Twice the time between two runs, so that a late run leaves nothing out.
  static final Duration HISTORY = Duration.ofHours(2);

  private static final Duration STEP = Duration.ofMinutes(10);
  private static final int CHUNK = 2_000;

  private final Database database;
  private final Partitions partitions;
  private final InstantSource clock;
  private final Counter repairs;

  StatusReconciliation(
      Database database, Partitions partitions, InstantSource clock, MeterRegistry metrics) {
    this.database = database;
    this.partitions = partitions;
    this.clock = clock;
    this.repairs =
        Counter.builder("muster.telemetry.repairs")
            .description("Last statuses that were older than the history of their device")
            .register(metrics);
  }

  @Override
  public String name() {
    return "reconcile-status";
  }

  @Override
  public JobClass jobClass() {
    return JobClass.MAINTAIN;
  }

  @Override
  public Duration every() {
    return Duration.ofHours(1);
  }

  @Override
  public void run() {
    repair();
    forgetErased();
  }

  private void repair() {
    Instant now = clock.instant();
    int repaired = 0;
    for (Instant from = now.minus(HISTORY);
        from.isBefore(now) && !Thread.currentThread().isInterrupted();
        from = from.plus(STEP)) {
      Instant begin = from;
      repaired +=
          database.<Integer>acrossOrganizations(
              handle -> ReconciliationStore.repair(handle, begin, begin.plus(STEP)));
    }
    repairs.increment(repaired);
    if (repaired > 0) {
      Log.warnf("The last status of %d devices was older than their history", repaired);
    }
  }

  private void forgetErased() {
    Walked walked = ReconciliationStore.BEGIN;
    do {
      Walked from = walked;
      walked =
          database.acrossOrganizations(handle -> {
            Walked step = ReconciliationStore.walk(handle, from, CHUNK);
            KnownDevices.missing(handle, step.seen())
                .forEach(key -> ReconciliationStore.forget(handle, key, partitions.spans(handle)));
            return step;
          });
    } while (walked.seen().size() == CHUNK && !Thread.currentThread().isInterrupted());
  }
}
