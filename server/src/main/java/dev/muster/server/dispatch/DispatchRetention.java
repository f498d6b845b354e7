package dev.muster.server.dispatch;

import dev.muster.server.platform.Database;
import dev.muster.server.platform.RecurringJob;
import dev.muster.server.platform.Settings;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// Forgets tries as old as ended actions may become, in small transactions.
@Singleton
public class DispatchRetention implements RecurringJob {
  private static final int CHUNK = 5_000;

  private final Database database;
  private final InstantSource clock;
  private final Duration kept;

  DispatchRetention(Database database, InstantSource clock, Settings settings) {
    this.database = database;
    this.clock = clock;
    this.kept = settings.action().retention();
  }

  @Override
  public String name() {
    return "forget-dispatches";
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
      gone = database.acrossOrganizations(handle -> DispatchStore.forget(handle, before, CHUNK));
    } while (gone > 0 && !Thread.currentThread().isInterrupted());
  }
}
