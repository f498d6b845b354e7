package dev.muster.server.policy;

import dev.muster.server.platform.Database;
import dev.muster.server.platform.RecurringJob;
import dev.muster.server.platform.Settings;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// Forgets what was desired of devices longer ago than that is kept (365 days), in small
/// transactions. Of each device the newest before that stays: it still held then.
@Singleton
public class DesiredRetention implements RecurringJob {
  private static final int CHUNK = 5_000;

  private final Database database;
  private final InstantSource clock;
  private final Duration kept;

  DesiredRetention(Database database, InstantSource clock, Settings settings) {
    this.database = database;
    this.clock = clock;
    this.kept = settings.retention().desiredChanges();
  }

  @Override
  public String name() {
    return "forget-desired-changes";
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
          database.acrossOrganizations(handle -> DesiredHistoryStore.forget(handle, before, CHUNK));
    } while (gone > 0);
  }
}
