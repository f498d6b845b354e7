package dev.muster.server.sync;

import dev.muster.server.platform.Database;
import dev.muster.server.platform.Measured;
import dev.muster.server.platform.Refusal;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Counts pushes and pulls of this node, with what came of them, and the conflicts that wait in
/// all.
@Singleton
final class SyncMetrics {
  static final String PUSH = "push";
  static final String PULL = "pull";
  private static final Duration LONGEST = Duration.ofDays(365);

  private final MeterRegistry metrics;
  private final InstantSource clock;
  private final Measured<ConflictStore.Open> open;
  private final Timer queueAge;

  SyncMetrics(MeterRegistry metrics, InstantSource clock, Database database) {
    this.metrics = metrics;
    this.clock = clock;
    this.open = new Measured<>(clock, () -> database.acrossOrganizations(ConflictStore::open));
    this.queueAge =
        Timer.builder("muster.sync.queue.age")
            .description("For how long the oldest item of a push had waited on its device")
            .serviceLevelObjectives(
                Duration.ofMinutes(1),
                Duration.ofMinutes(10),
                Duration.ofHours(1),
                Duration.ofHours(8),
                Duration.ofDays(1),
                Duration.ofDays(7),
                Duration.ofDays(30))
            .register(metrics);
    for (String operation : List.of(PUSH, PULL)) {
      var _ = timer(operation, "ok");
      var _ = items(operation);
    }
    var _ = conflicts(true);
    var _ = conflicts(false);
  }

  void measure(@Observes StartupEvent event) {
    Gauge.builder("muster.sync.conflicts.open", this, SyncMetrics::waiting)
        .description("Conflicts that nobody has resolved, as of the last minute or two")
        .register(metrics);
    Gauge.builder("muster.sync.conflicts.oldest.seconds", this, SyncMetrics::oldest)
        .description("For how long the oldest of them has waited")
        .register(metrics);
  }

  private double waiting() {
    ConflictStore.Open known = open.latest();
    return known == null ? Double.NaN : known.count();
  }

  private double oldest() {
    ConflictStore.Open known = open.latest();
    if (known == null) {
      return Double.NaN;
    }
    Instant oldest = known.oldest();
    return oldest == null ? 0 : Duration.between(oldest, clock.instant()).toMillis() / 1e3;
  }

  /// Does it, and counts it by what came of it: `ok`, or the code of the refusal.
  <T> T timed(String operation, Supplier<T> work) {
    long begin = System.nanoTime();
    String outcome = "internal";
    try {
      T done = work.get();
      outcome = "ok";
      return done;
    } catch (Refusal refusal) {
      outcome = refusal.code().wireName();
      throw refusal;
    } finally {
      timer(operation, outcome).record(System.nanoTime() - begin, TimeUnit.NANOSECONDS);
    }
  }

  void moved(String operation, int count) {
    items(operation).increment(count);
  }

  void conflict(boolean refused) {
    conflicts(refused).increment();
  }

  /// Notes how old the oldest item was when it was sent. Both times are of the device's own clock:
  /// however wrong that is, their difference is not.
  ///
  /// @param sentAt milliseconds; null when the device has not said
  void queued(@Nullable Long sentAt, List<Item> items) {
    if (sentAt == null) {
      return;
    }
    items.stream()
        .map(Item::editedAt)
        .flatMap(Optional::stream)
        .min(Instant::compareTo)
        .map(oldest -> Duration.ofMillis(sentAt - oldest.toEpochMilli()))
        .filter(age -> !age.isNegative() && age.compareTo(LONGEST) < 0)
        .ifPresent(queueAge::record);
  }

  private Timer timer(String operation, String outcome) {
    return Timer.builder("muster.sync")
        .description("Pushes and pulls, and how long they took")
        .tag("operation", operation)
        .tag("outcome", outcome)
        .register(metrics);
  }

  private Counter items(String operation) {
    return Counter.builder("muster.sync.items")
        .description("Changes that were pushed, and rows that were pulled")
        .tag("operation", operation)
        .register(metrics);
  }

  private Counter conflicts(boolean refused) {
    return Counter.builder("muster.sync.conflicts")
        .description("Items of pushes that became a conflict")
        .tag("kind", refused ? "rejected" : "concurrent")
        .register(metrics);
  }
}
