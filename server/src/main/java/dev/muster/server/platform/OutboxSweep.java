package dev.muster.server.platform;

import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import org.jdbi.v3.core.Handle;

/// Deletes events that a listener has refused for good and that are kept no longer (30 days).
@Singleton
final class OutboxSweep extends Retention {
  private static final int CHUNK = 1_000;

  OutboxSweep(Database database, InstantSource clock, Settings settings) {
    super("forget-dead-events", database, clock, settings.retention().deadEvents());
  }

  @Override
  protected int forget(Handle handle, Instant before) {
    return OutboxStore.forgetDead(handle, before, CHUNK);
  }
}
