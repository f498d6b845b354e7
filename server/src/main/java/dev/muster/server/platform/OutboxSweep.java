package dev.muster.server.platform;

import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// Deletes events that a listener has refused for good and that are kept no longer (30 days).
@Singleton
final class OutboxSweep implements RecurringJob {
  private static final int CHUNK = 1_000;

  private final Database database;
  private final InstantSource clock;
  private final Duration kept;

  OutboxSweep(Database database, InstantSource clock, Settings settings) {
    this.database = database;
    this.clock = clock;
    this.kept = settings.retention().deadEvents();
  }

  @Override
  public String name() {
    return "forget-dead-events";
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
    Instant before = clock.instant().minus(kept);
    int gone;
    do {
      gone = database.acrossOrganizations(handle -> OutboxStore.forgetDead(handle, before, CHUNK));
    } while (gone == CHUNK);
  }
}
