package dev.muster.server.policy;

import dev.muster.server.platform.Database;
import dev.muster.server.platform.RecurringJob;
import dev.muster.server.platform.Settings;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// Forgets apply jobs that ended longer ago than they are kept (90 days), in small transactions.
/// Open ones stay, however long their devices are away.
@Singleton
public class JobRetention implements RecurringJob {
  private static final int CHUNK = 5_000;

  private final Database database;
  private final InstantSource clock;
  private final Duration kept;

  JobRetention(Database database, InstantSource clock, Settings settings) {
    this.database = database;
    this.clock = clock;
    this.kept = settings.retention().applyJobs();
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
    Instant before = clock.instant().minus(kept);
    int gone;
    do {
      gone = database.acrossOrganizations(handle -> WakeStore.forget(handle, before, CHUNK));
    } while (gone > 0);
  }
}
