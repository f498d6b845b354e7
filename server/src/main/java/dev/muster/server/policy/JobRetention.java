package dev.muster.server.policy;

import dev.muster.server.platform.Database;
import dev.muster.server.platform.Retention;
import dev.muster.server.platform.Settings;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import org.jdbi.v3.core.Handle;

/// Forgets apply jobs that ended longer ago than they are kept (90 days), in small transactions.
/// Open ones stay, however long their devices are away.
@Singleton
public class JobRetention extends Retention {
  private static final int CHUNK = 5_000;

  JobRetention(Database database, InstantSource clock, Settings settings) {
    super("forget-apply-jobs", database, clock, settings.retention().applyJobs());
  }

  @Override
  protected int forget(Handle handle, Instant before) {
    return WakeStore.forget(handle, before, CHUNK);
  }
}
