package dev.muster.server.action;

import dev.muster.server.platform.Database;
import dev.muster.server.platform.Retention;
import dev.muster.server.platform.Settings;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import org.jdbi.v3.core.Handle;

/// Forgets actions that ended longer ago than they are kept, with their attempts, in small
/// transactions. A client token is good for a new action from then on.
@Singleton
public class ActionRetention extends Retention {
  private static final int CHUNK = 2_000;

  ActionRetention(Database database, InstantSource clock, Settings settings) {
    super("forget-actions", database, clock, settings.action().retention());
  }

  @Override
  protected int forget(Handle handle, Instant before) {
    return ActionRetentionStore.forget(handle, before, CHUNK);
  }
}
