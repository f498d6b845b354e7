package dev.muster.server.notification;

import dev.muster.server.platform.Database;
import dev.muster.server.platform.Retention;
import dev.muster.server.platform.Settings;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jdbi.v3.core.Handle;

/// Forgets messages that were delivered or are dead, and mutes that ended.
@Singleton
public class NotificationRetention extends Retention {
  private static final int CHUNK = 5_000;

  /// For so long an alert may last and its recovery still be told.
  private static final Duration LONG = Duration.ofDays(400);

  private final InstantSource clock;

  NotificationRetention(Database database, InstantSource clock, Settings settings) {
    super("forget-notifications", database, clock, settings.notification().retention());
    this.clock = clock;
  }

  @Override
  protected int forget(Handle handle, Instant before) {
    return PartStore.forget(handle, before, clock.instant().minus(LONG), CHUNK)
        + MessageStore.forget(handle, before, CHUNK)
        + MuteStore.forget(handle, before);
  }
}
