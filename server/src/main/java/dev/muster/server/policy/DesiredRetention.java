package dev.muster.server.policy;

import dev.muster.server.platform.Database;
import dev.muster.server.platform.Retention;
import dev.muster.server.platform.Settings;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import org.jdbi.v3.core.Handle;

/// Forgets what was desired of devices longer ago than that is kept (365 days), in small
/// transactions. Of each device the newest before that stays: it still held then.
@Singleton
public class DesiredRetention extends Retention {
  private static final int CHUNK = 5_000;

  DesiredRetention(Database database, InstantSource clock, Settings settings) {
    super("forget-desired-changes", database, clock, settings.retention().desiredChanges());
  }

  @Override
  protected int forget(Handle handle, Instant before) {
    return DesiredHistoryStore.forget(handle, before, CHUNK);
  }
}
