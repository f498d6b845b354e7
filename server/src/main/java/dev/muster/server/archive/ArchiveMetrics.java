package dev.muster.server.archive;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/// The days of the history in numbers, on the node that carries them.
@Singleton
final class ArchiveMetrics {
  private final AtomicLong bytes = new AtomicLong();
  private final Map<Day.State, AtomicLong> days = new EnumMap<>(Day.State.class);
  private final Counter failures;
  private final Counter capped;

  ArchiveMetrics(MeterRegistry metrics) {
    Gauge.builder("muster.telemetry.bytes", bytes::get)
        .description("Bytes of heartbeats in the database, indexes included")
        .register(metrics);
    for (Day.State state : Day.State.values()) {
      AtomicLong count = new AtomicLong();
      days.put(state, count);
      Gauge.builder("muster.telemetry.days", count::get)
          .description("Days of heartbeats by what became of them")
          .tag("state", state.name().toLowerCase(Locale.ROOT))
          .register(metrics);
    }
    failures =
        Counter.builder("muster.archive.failures")
            .description("Tries to archive, verify or restore a day that failed")
            .register(metrics);
    capped =
        Counter.builder("muster.archive.capped")
            .description("Days that were archived early, because of the size cap")
            .register(metrics);
  }

  void bytes(long now) {
    bytes.set(now);
  }

  void days(List<Day> all) {
    days.forEach(
        (state, count) -> count.set(all.stream().filter(day -> day.state() == state).count()));
  }

  void failed() {
    failures.increment();
  }

  void capped() {
    capped.increment();
  }
}
