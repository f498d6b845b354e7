package dev.muster.server.device;

import dev.muster.server.platform.Database;
import dev.muster.server.platform.RecurringJob;
import dev.muster.server.platform.Settings;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// Forgets events of devices that are older than their retention (365 days), in small transactions.
@Singleton
public class EventRetention implements RecurringJob {
  static final int CHUNK = 5_000;

  private final Database database;
  private final InstantSource clock;
  private final Settings settings;

  EventRetention(Database database, InstantSource clock, Settings settings) {
    this.database = database;
    this.clock = clock;
    this.settings = settings;
  }

  @Override
  public String name() {
    return "forget-device-events";
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
    Instant before = clock.instant().minus(settings.device().eventRetention());
    int gone;
    do {
      gone = database.acrossOrganizations(handle -> EventStore.forget(handle, before, CHUNK));
    } while (gone > 0);
  }
}
