package dev.muster.server.batch;

import dev.muster.server.action.BatchActions;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.RecurringJob;
import dev.muster.server.platform.Settings;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/// Forgets batches of whose actions none is kept any more.
@Singleton
public class BatchRetention implements RecurringJob {
  private static final int CHUNK = 500;

  private final Database database;
  private final BatchActions actions;
  private final Settings settings;
  private final InstantSource clock;

  BatchRetention(Database database, BatchActions actions, Settings settings, InstantSource clock) {
    this.database = database;
    this.actions = actions;
    this.settings = settings;
    this.clock = clock;
  }

  @Override
  public String name() {
    return "forget-batches";
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
    Instant before = clock.instant().minus(settings.action().retention());
    int gone;
    do {
      gone =
          database.acrossOrganizations(handle -> {
            int forgotten = 0;
            for (BatchStore.Open done : BatchStore.doneBefore(handle, before, CHUNK)) {
              if (actions.counts(handle, done.organization(), List.of(done.id())).isEmpty()) {
                BatchStore.forget(handle, done.organization(), done.id());
                forgotten++;
              }
            }
            return forgotten;
          });
    } while (gone == CHUNK);
  }
}
