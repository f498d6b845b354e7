package dev.muster.server.sync;

import dev.muster.server.platform.Database;
import dev.muster.server.platform.RecurringJob;
import dev.muster.server.platform.Settings;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// Forgets old rows of the log of pushes and pulls, and conflicts that were resolved long ago, in
/// small transactions. Conflicts that are open stay.
@Singleton
public class SyncRetention implements RecurringJob {
  private static final int CHUNK = 2_000;

  private final Database database;
  private final InstantSource clock;
  private final Duration logs;
  private final Duration conflicts;

  public SyncRetention(Database database, InstantSource clock, Settings settings) {
    this.database = database;
    this.clock = clock;
    this.logs = settings.retention().syncLogs();
    this.conflicts = settings.retention().resolvedConflicts();
  }

  @Override
  public String name() {
    return "forget-sync-logs";
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
    Instant now = clock.instant();
    int gone;
    do {
      gone =
          database.acrossOrganizations(handle ->
              DeviceStateStore.forgetLogs(handle, now.minus(logs), CHUNK)
                  + ConflictStore.forget(handle, now.minus(conflicts), CHUNK));
    } while (gone > 0 && !Thread.currentThread().isInterrupted());
  }
}
