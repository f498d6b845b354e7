package dev.muster.server.platform;

import jakarta.inject.Singleton;
import java.time.Duration;

/// Deletes the answers to requests with an `Idempotency-Key` that are kept no longer.
@Singleton
final class IdempotencySweep implements RecurringJob {
  private static final int CHUNK = 1_000;

  private final Idempotency idempotency;

  IdempotencySweep(Idempotency idempotency) {
    this.idempotency = idempotency;
  }

  @Override
  public String name() {
    return "forget-idempotency-keys";
  }

  @Override
  public JobClass jobClass() {
    return JobClass.MAINTAIN;
  }

  @Override
  public Duration every() {
    return Duration.ofMinutes(10);
  }

  @Override
  public void run() {
    int gone;
    do {
      gone = idempotency.deleteExpired(CHUNK);
    } while (gone == CHUNK);
  }
}
