package dev.muster.server.batch;

import dev.muster.server.action.BatchActions;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Retention;
import dev.muster.server.platform.Settings;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jdbi.v3.core.Handle;

/// Forgets batches of whose actions none is kept any more.
@Singleton
public class BatchRetention extends Retention {
  private static final int CHUNK = 500;

  private final BatchActions actions;

  BatchRetention(Database database, BatchActions actions, Settings settings, InstantSource clock) {
    super("forget-batches", database, clock, settings.action().retention());
    this.actions = actions;
  }

  @Override
  protected int forget(Handle handle, Instant before) {
    int forgotten = 0;
    for (BatchStore.Open done : BatchStore.doneBefore(handle, before, CHUNK)) {
      if (actions.counts(handle, done.organization(), List.of(done.id())).isEmpty()) {
        BatchStore.forget(handle, done.organization(), done.id());
        forgotten++;
      }
    }
    return forgotten;
  }
}
