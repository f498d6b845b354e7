package dev.muster.server.compliance;

import dev.muster.server.platform.Database;
import dev.muster.server.platform.Retention;
import dev.muster.server.platform.Settings;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import org.jdbi.v3.core.Handle;

/// Forgets reports that are older than their retention (90 days), in small transactions; the newest
/// of a device stays.
@Singleton
public class ReportRetention extends Retention {
  private static final int CHUNK = 5_000;

  ReportRetention(Database database, InstantSource clock, Settings settings) {
    super("forget-reports", database, clock, settings.compliance().reportRetention());
  }

  @Override
  protected int forget(Handle handle, Instant before) {
    return ReportStore.forgetReports(handle, before, CHUNK)
        + ReportStore.forgetObservations(handle, before, CHUNK);
  }
}
