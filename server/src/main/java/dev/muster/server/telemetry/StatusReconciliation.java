package dev.muster.server.telemetry;

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

/// Compares the last status of every device with its history of two days, and repairs what is older
/// than that. Both are written in one transaction, so there should be nothing to repair: what it
/// counts is a mistake to be found. What came in of a device while it was erased goes.
@Singleton
public class StatusReconciliation implements RecurringJob {
  static final Duration HISTORY = Duration.ofDays(2);
  private static final int CHUNK = 2_000;

  private final Database database;
  private final InstantSource clock;
  private final Counter repairs;

  StatusReconciliation(Database database, InstantSource clock, MeterRegistry metrics) {
    this.database = database;
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
    Instant since = clock.instant().minus(HISTORY);
    int repaired = 0;
    Walked walked = ReconciliationStore.BEGIN;
    do {
      Walked from = walked;
      walked =
          database.acrossOrganizations(handle -> {
            Walked step = ReconciliationStore.repair(handle, from, since, CHUNK);
            KnownDevices.missing(handle, step.seen())
                .forEach(key -> ReconciliationStore.forget(handle, key));
            return step;
          });
      repaired += walked.repaired();
    } while (walked.seen().size() == CHUNK && !Thread.currentThread().isInterrupted());
    repairs.increment(repaired);
    if (repaired > 0) {
      Log.warnf("The last status of %d devices was older than their history", repaired);
    }
  }
}
