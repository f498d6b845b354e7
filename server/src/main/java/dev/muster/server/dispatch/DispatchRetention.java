package dev.muster.server.dispatch;

import dev.muster.server.platform.Database;
import dev.muster.server.platform.Retention;
import dev.muster.server.platform.Settings;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import org.jdbi.v3.core.Handle;

/// Forgets tries as old as ended actions may become, in small transactions.
@Singleton
public class DispatchRetention extends Retention {
  private static final int CHUNK = 5_000;

  DispatchRetention(Database database, InstantSource clock, Settings settings) {
    super("forget-dispatches", database, clock, settings.action().retention());
  }

  @Override
  protected int forget(Handle handle, Instant before) {
    return DispatchStore.forget(handle, before, CHUNK);
  }
}
