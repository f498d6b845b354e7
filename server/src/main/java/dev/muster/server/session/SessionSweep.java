package dev.muster.server.session;

import dev.muster.server.platform.Database;
import dev.muster.server.platform.RecurringJob;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.InstantSource;
import org.jdbi.v3.core.HandleCallback;

/// Deletes tickets that nobody used, counts of logins that are over, and sessions that nobody can
/// continue any more. Until then even used tokens are kept: seeing one again is how a theft is
/// noticed.
@Singleton
public final class SessionSweep implements RecurringJob {
  private static final int BATCH = 1_000;

  private final Database database;
  private final InstantSource clock;

  public SessionSweep(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  @Override
  public String name() {
    return "session-sweep";
  }

  @Override
  public JobClass jobClass() {
    return JobClass.MAINTAIN;
  }

  @Override
  public Duration every() {
    return Duration.ofHours(1);
  }

  @Override
  public void run() {
    database.acrossOrganizations(handle -> {
      TicketStore.deleteExpired(handle, clock.instant());
      return true;
    });
    repeat(handle -> SessionStore.deleteExpired(handle, clock.instant(), BATCH));
    repeat(handle -> LoginCountStore.deleteOver(handle, clock.instant(), BATCH));
  }

  /// Until a batch is not full any more.
  private void repeat(HandleCallback<Integer, RuntimeException> batch) {
    int deleted;
    do {
      deleted = database.acrossOrganizations(batch);
    } while (deleted == BATCH);
  }
}
