package dev.muster.server.live;

import dev.muster.server.platform.Database;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.RecurringJob;
import dev.muster.server.platform.Settings;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// Forgets changes that are older than their retention (24 hours), in small transactions.
@Singleton
public class ChangeRetention implements RecurringJob {
  static final int CHUNK = 5_000;

  private final Database database;
  private final InstantSource clock;
  private final Settings settings;

  ChangeRetention(Database database, InstantSource clock, Settings settings) {
    this.database = database;
    this.clock = clock;
    this.settings = settings;
  }

  @Override
  public String name() {
    return "forget-changes";
  }

  @Override
  public JobClass jobClass() {
    return JobClass.MAINTAIN;
  }

  @Override
  public Duration every() {
    return Duration.ofMinutes(10);
  }

  @Override
  public void run() {
    Instant before = clock.instant().minus(settings.live().retention());
    for (OrganizationId organization : database.acrossOrganizations(ChangeStore::organizations)) {
      int gone;
      do {
        gone =
            database.acrossOrganizations(
                handle -> ChangeStore.forget(handle, organization, before, CHUNK));
      } while (gone > 0);
    }
  }
}
