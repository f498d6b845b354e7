package dev.muster.server.sync;

import dev.muster.server.platform.Database;
import dev.muster.server.platform.Retention;
import dev.muster.server.platform.Settings;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import org.jdbi.v3.core.Handle;

/// Forgets conflicts that were resolved long ago; open ones stay.
@Singleton
public class ConflictRetention extends Retention {
  private static final int CHUNK = 2_000;

  public ConflictRetention(Database database, InstantSource clock, Settings settings) {
    super("forget-conflicts", database, clock, settings.retention().resolvedConflicts());
  }

  @Override
  protected int forget(Handle handle, Instant before) {
    return ConflictStore.forget(handle, before, CHUNK);
  }

  /// How many it would forget that the transaction sees.
  public int due(Handle handle) {
    return ConflictStore.resolvedBefore(handle, before());
  }
}
