package dev.muster.server.action;

import dev.muster.server.platform.Database;
import dev.muster.server.platform.RecurringJob;
import dev.muster.server.platform.Settings;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// Forgets actions that ended longer ago than they are kept, with their attempts, in small
/// transactions. A client token is good for a new action from then on.
@Singleton
public class ActionRetention implements RecurringJob {
  private static final int CHUNK = 2_000;

  private final Database database;
  private final InstantSource clock;
  private final Duration kept;

  ActionRetention(Database database, InstantSource clock, Settings settings) {
    this.database = database;
    this.clock = clock;
    this.kept = settings.action().retention();
  }

  @Override
  public String name() {
    return "forget-actions";
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
      gone =
          database.acrossOrganizations(
              handle -> ActionRetentionStore.forget(handle, before, CHUNK));
    } while (gone > 0 && !Thread.currentThread().isInterrupted());
  }
}
