package dev.muster.server.task;

import dev.muster.server.platform.Database;
import dev.muster.server.platform.RecurringJob;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// Forgets tombstones that have expired, in small transactions. The rows that they tell of stay, so
/// that nothing brings them back but a restore.
@Singleton
public class TombstoneRetention implements RecurringJob {
  private static final int CHUNK = 2_000;

  private final Database database;
  private final InstantSource clock;

  public TombstoneRetention(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  @Override
  public String name() {
    return "forget-tombstones";
  }

  @Override
  public JobClass jobClass() {
    return JobClass.MAINTAIN;
  }

  @Override
  public Duration every() {
    return Duration.ofDays(1);
  }

  @Override
  public void run() {
    Instant now = clock.instant();
    int gone;
    do {
      gone =
          database.acrossOrganizations(handle -> TombstoneStore.removeExpired(handle, now, CHUNK));
    } while (gone > 0 && !Thread.currentThread().isInterrupted());
  }
}
