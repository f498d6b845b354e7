package dev.muster.server.alert;

import dev.muster.server.platform.Database;
import dev.muster.server.platform.Retention;
import dev.muster.server.platform.Settings;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import org.jdbi.v3.core.Handle;

/// Forgets alerts that recovered longer ago than they are kept, in small transactions.
@Singleton
public class AlertRetention extends Retention {
  private static final int CHUNK = 2_000;

  public AlertRetention(Database database, InstantSource clock, Settings settings) {
    super("forget-alerts", database, clock, settings.alert().retention());
  }

  @Override
  protected int forget(Handle handle, Instant before) {
    return AlertStore.forget(handle, before, CHUNK);
  }
}
