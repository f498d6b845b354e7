package dev.muster.server.credential;

import dev.muster.server.platform.Database;
import dev.muster.server.platform.RecurringJob;
import dev.muster.server.platform.Settings;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// Deletes device tokens that were revoked longer ago than they are kept (365 days).
@Singleton
public class TokenRetention implements RecurringJob {
  private static final int CHUNK = 1_000;

  private final Database database;
  private final InstantSource clock;
  private final Duration kept;

  TokenRetention(Database database, InstantSource clock, Settings settings) {
    this.database = database;
    this.clock = clock;
    this.kept = settings.retention().revokedTokens();
  }

  @Override
  public String name() {
    return "forget-revoked-tokens";
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
    Instant before = clock.instant().minus(kept);
    int gone;
    do {
      gone =
          database.acrossOrganizations(
              handle -> DeviceTokenStore.forgetRevoked(handle, before, CHUNK));
    } while (gone == CHUNK);
  }
}
