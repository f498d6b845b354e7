package dev.muster.server.platform;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jdbi.v3.core.Handle;

/// Forgets what has been over for longer than it is kept, once an hour, in small transactions.
public abstract class Retention implements RecurringJob {
  private final String name;
  private final Database database;
  private final InstantSource clock;
  private final Duration kept;

  protected Retention(String name, Database database, InstantSource clock, Duration kept) {
    this.name = name;
    this.database = database;
    this.clock = clock;
    this.kept = kept;
  }

  /// Forgets some of it.
  ///
  /// @param before what was over by then is to be forgotten
  /// @return how many; with 0 it is done
  protected abstract int forget(Handle handle, Instant before);

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final JobClass jobClass() {
    return JobClass.MAINTAIN;
  }

  @Override
  public Duration every() {
    return Duration.ofHours(1);
  }

  @Override
  public final void run() {
    Instant before = clock.instant().minus(kept);
    int gone;
    do {
      gone = database.acrossOrganizations(handle -> forget(handle, before));
    } while (gone > 0 && !Thread.currentThread().isInterrupted());
  }
}
