package dev.muster.server.device;

import dev.muster.server.platform.Database;
import dev.muster.server.platform.Retention;
import dev.muster.server.platform.Settings;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import org.jdbi.v3.core.Handle;

/// Forgets events of devices that are older than their retention (365 days), in small transactions.
@Singleton
public class EventRetention extends Retention {
  static final int CHUNK = 5_000;

  EventRetention(Database database, InstantSource clock, Settings settings) {
    super("forget-device-events", database, clock, settings.device().eventRetention());
  }

  @Override
  protected int forget(Handle handle, Instant before) {
    return EventStore.forget(handle, before, CHUNK);
  }
}
