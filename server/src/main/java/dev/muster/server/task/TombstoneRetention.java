package dev.muster.server.task;

import dev.muster.server.platform.Database;
import dev.muster.server.platform.Retention;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jdbi.v3.core.Handle;

/// Forgets tombstones that have expired. The rows that they tell of stay, so that nothing brings
/// them back but a restore.
@Singleton
public class TombstoneRetention extends Retention {
  private static final int CHUNK = 2_000;

  public TombstoneRetention(Database database, InstantSource clock) {
    super("forget-tombstones", database, clock, Duration.ZERO);
  }

  @Override
  public Duration every() {
    return Duration.ofDays(1);
  }

  @Override
  protected int forget(Handle handle, Instant before) {
    return TombstoneStore.removeExpired(handle, before, CHUNK);
  }

  /// How many it would forget that the transaction sees.
  public int due(Handle handle) {
    return TombstoneStore.expired(handle, before());
  }
}
