package dev.muster.server.sync;

import dev.muster.server.platform.Database;
import dev.muster.server.platform.Retention;
import dev.muster.server.platform.Settings;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import org.jdbi.v3.core.Handle;

/// Forgets old rows of the log of pushes and pulls.
@Singleton
public class SyncLogRetention extends Retention {
  private static final int CHUNK = 2_000;

  public SyncLogRetention(Database database, InstantSource clock, Settings settings) {
    super("forget-sync-logs", database, clock, settings.retention().syncLogs());
  }

  @Override
  protected int forget(Handle handle, Instant before) {
    return DeviceStateStore.forgetLogs(handle, before, CHUNK);
  }

  /// How many rows it would forget that the transaction sees.
  public int due(Handle handle) {
    return DeviceStateStore.logsBefore(handle, before());
  }
}
