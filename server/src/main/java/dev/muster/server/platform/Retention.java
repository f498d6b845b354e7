package dev.muster.server.platform;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;

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

  protected final Instant before() {
    return clock.instant().minus(kept);
  }

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
    var _ = all(database::acrossOrganizations);
  }

  /// Forgets it of one organization at once, and says how much it was.
  public final long forgetOf(OrganizationId organization) {
    return all(work -> database.in(organization, work));
  }

  private long all(Function<HandleCallback<Integer, RuntimeException>, Integer> transaction) {
    Instant before = before();
    long all = 0;
    int gone;
    do {
      gone = transaction.apply(handle -> forget(handle, before));
      all += gone;
    } while (gone > 0 && !Thread.currentThread().isInterrupted());
    return all;
  }
}
