package dev.muster.server.notification;

import dev.muster.server.platform.Database;
import dev.muster.server.platform.RecurringJob;
import dev.muster.server.platform.Settings;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/// Forgets messages that were delivered or are dead, and mutes that ended.
@Singleton
public class NotificationRetention implements RecurringJob {
  private static final int CHUNK = 5_000;

  /// For so long an alert may last and its recovery still be told.
  private static final Duration LONG = Duration.ofDays(400);

  private final Database database;
  private final InstantSource clock;
  private final Settings settings;

  NotificationRetention(Database database, InstantSource clock, Settings settings) {
    this.database = database;
    this.clock = clock;
    this.settings = settings;
  }

  @Override
  public String name() {
    return "forget-notifications";
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
    Instant before = now.minus(settings.notification().retention());
    inChunks(handle -> PartStore.forget(handle, before, now.minus(LONG), CHUNK));
    inChunks(handle -> MessageStore.forget(handle, before, CHUNK));
    inChunks(handle -> MuteStore.forget(handle, before));
  }

  private void inChunks(Function<Handle, Integer> forget) {
    int gone;
    do {
      gone = database.acrossOrganizations(forget::apply);
    } while (gone >= CHUNK && !Thread.currentThread().isInterrupted());
  }
}
