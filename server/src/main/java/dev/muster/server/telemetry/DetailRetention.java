package dev.muster.server.telemetry;

import dev.muster.server.archive.Partitions;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Retention;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jdbi.v3.core.Handle;

/// Forgets what devices used to say, once no heartbeat in the database refers to it.
@Singleton
public class DetailRetention extends Retention {
  private static final int CHUNK = 1_000;

  private final Partitions partitions;

  DetailRetention(Database database, InstantSource clock, Partitions partitions) {
    super("forget-details", database, clock, Duration.ZERO);
    this.partitions = partitions;
  }

  @Override
  public Duration every() {
    return Duration.ofHours(6);
  }

  @Override
  protected int forget(Handle handle, Instant before) {
    return partitions
        .oldestThere(handle)
        .map(day -> DetailStore.forget(handle, day, CHUNK))
        .orElse(0);
  }
}
