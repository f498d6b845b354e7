package dev.muster.server.compliance;

import dev.muster.server.platform.Database;
import dev.muster.server.platform.RecurringJob;
import dev.muster.server.platform.Settings;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// Forgets reports that are older than their retention (90 days), in small transactions; the newest
/// of a device stays.
@Singleton
public class ReportRetention implements RecurringJob {
  private static final int CHUNK = 5_000;

  private final Database database;
  private final InstantSource clock;
  private final Settings settings;

  ReportRetention(Database database, InstantSource clock, Settings settings) {
    this.database = database;
    this.clock = clock;
    this.settings = settings;
  }

  @Override
  public String name() {
    return "forget-reports";
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
    Instant before = clock.instant().minus(settings.compliance().reportRetention());
    int gone;
    do {
      gone =
          database.acrossOrganizations(handle ->
              ReportStore.forgetReports(handle, before, CHUNK)
                  + ReportStore.forgetObservations(handle, before, CHUNK));
    } while (gone > 0);
  }
}
