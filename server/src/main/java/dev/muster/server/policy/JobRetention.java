package dev.muster.server.policy;

import dev.muster.server.platform.Database;
import dev.muster.server.platform.RecurringJob;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// Forgets apply jobs that ended more than 90 days ago, in small transactions. Open ones stay,
/// however long their devices are away.
@Singleton
public class JobRetention implements RecurringJob {
  static final Duration KEPT = Duration.ofDays(90);
  private static final int CHUNK = 5_000;

  private final Database database;
  private final InstantSource clock;

  JobRetention(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  @Override
  public String name() {
    return "forget-apply-jobs";
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
    Instant before = clock.instant().minus(KEPT);
    int gone;
    do {
      gone = database.acrossOrganizations(handle -> WakeStore.forget(handle, before, CHUNK));
    } while (gone > 0);
  }
}
