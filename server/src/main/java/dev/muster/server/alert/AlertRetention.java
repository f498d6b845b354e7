package dev.muster.server.alert;

import dev.muster.server.platform.Database;
import dev.muster.server.platform.RecurringJob;
import dev.muster.server.platform.Settings;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// Forgets alerts that recovered longer ago than they are kept, in small transactions.
@Singleton
public class AlertRetention implements RecurringJob {
  private static final int CHUNK = 2_000;

  private final Database database;
  private final InstantSource clock;
  private final Duration kept;

  public AlertRetention(Database database, InstantSource clock, Settings settings) {
    this.database = database;
    this.clock = clock;
    this.kept = settings.alert().retention();
  }

  @Override
  public String name() {
    return "forget-alerts";
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
      gone = database.acrossOrganizations(handle -> AlertStore.forget(handle, before, CHUNK));
    } while (gone > 0 && !Thread.currentThread().isInterrupted());
  }
}
