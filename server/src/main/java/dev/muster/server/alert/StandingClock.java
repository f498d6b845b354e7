package dev.muster.server.alert;

import dev.muster.server.platform.Database;
import dev.muster.server.platform.RecurringJob;
import jakarta.inject.Singleton;
import java.time.Duration;

/// Raises what has been wrong for long enough or until the cooldown was over, forgets cooldowns
/// that are over, and follows changes of rules.
@Singleton
public class StandingClock implements RecurringJob {
  private static final int CHUNK = 500;

  private final Database database;
  private final Ledger ledger;
  private final Rules rules;
  private final AlertMetrics metrics;

  public StandingClock(Database database, Ledger ledger, Rules rules, AlertMetrics metrics) {
    this.database = database;
    this.ledger = ledger;
    this.rules = rules;
    this.metrics = metrics;
  }

  @Override
  public String name() {
    return "alert-clock";
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
    int looked;
    do {
      looked = database.acrossOrganizations(handle -> ledger.look(handle, rules, CHUNK));
    } while (looked == CHUNK && !Thread.currentThread().isInterrupted());
    if (metrics.isDue()) {
      metrics.looked(database.acrossOrganizations(StandingStore::firing));
    }
  }
}
