package dev.muster.server.remedy;

import dev.muster.server.platform.Database;
import dev.muster.server.platform.RecurringJob;
import dev.muster.server.platform.Refusal;
import dev.muster.server.remedy.RemedyStore.Wish;
import io.quarkus.logging.Log;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/// Has everything tried that is wished for, a device at a time, and forgets what no limit counts.
@Singleton
public class RemedyJob implements RecurringJob {
  static final String NAME = "remedies";
  private static final int CHUNK = 500;
  private static final Duration COUNTED = Duration.ofDays(2);

  private final Database database;
  private final Remedies remedies;
  private final InstantSource clock;

  public RemedyJob(Database database, Remedies remedies, InstantSource clock) {
    this.database = database;
    this.remedies = remedies;
    this.clock = clock;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public JobClass jobClass() {
    return JobClass.COMMAND;
  }

  @Override
  public Duration every() {
    return Duration.ofSeconds(1);
  }

  @Override
  public void run() {
    List<Wish> wishes = database.acrossOrganizations(handle -> RemedyStore.wishes(handle, CHUNK));
    wishes.forEach(this::attempt);
    Instant before = clock.instant().minus(COUNTED);
    var _ = database.acrossOrganizations(handle -> RemedyStore.forget(handle, before, CHUNK));
  }

  /// What cannot be done now is wished for still, and holds up nothing that comes after it.
  private void attempt(Wish wish) {
    try {
      database.in(
          wish.subject().organization(),
          handle -> {
            remedies.attempt(handle, wish);
            return wish;
          });
    } catch (Refusal refusal) {
      Log.debugf("A remedy is tried again: %s", refusal.getMessage());
    } catch (RuntimeException failure) {
      Log.warnf(failure, "A remedy for %s is tried again", wish.subject().id());
    }
  }
}
