package dev.muster.server.telemetry;

import dev.muster.server.archive.Partitions;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.RecurringJob;
import jakarta.inject.Singleton;
import java.time.Duration;

/// Forgets what devices used to say, once no heartbeat in the database refers to it.
@Singleton
public class DetailRetention implements RecurringJob {
  private static final int CHUNK = 1_000;

  private final Database database;
  private final Partitions partitions;

  DetailRetention(Database database, Partitions partitions) {
    this.database = database;
    this.partitions = partitions;
  }

  @Override
  public String name() {
    return "forget-details";
  }

  @Override
  public JobClass jobClass() {
    return JobClass.MAINTAIN;
  }

  @Override
  public Duration every() {
    return Duration.ofHours(6);
  }

  @Override
  public void run() {
    int gone;
    do {
      gone =
          database.acrossOrganizations(handle ->
              partitions
                  .oldestThere(handle)
                  .map(day -> DetailStore.forget(handle, day, CHUNK))
                  .orElse(0));
    } while (gone == CHUNK);
  }
}
