package dev.muster.server.alert;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Counts what this node has made of findings, by kind, and tells how many alerts fire in all.
@Singleton
public final class AlertMetrics {
  static final String NAME = "muster.alerts";
  static final String FIRING = "muster.alerts.firing";
  private static final Duration BETWEEN = Duration.ofSeconds(10);
  private static final Duration FRESH = Duration.ofSeconds(30);

  private record Found(Map<RuleKind, Long> firing, Instant at) {}

  private final MeterRegistry metrics;
  private final InstantSource clock;
  private volatile Found found = new Found(Map.of(), Instant.EPOCH);

  public AlertMetrics(MeterRegistry metrics, InstantSource clock) {
    this.metrics = metrics;
    this.clock = clock;
    for (RuleKind kind : RuleKind.values()) {
      Gauge.builder(FIRING, this, self -> self.firing(kind))
          .description("Alerts that have not recovered; of the node that has looked last")
          .tag("kind", word(kind))
          .strongReference(true)
          .register(metrics);
    }
  }

  private double firing(RuleKind kind) {
    Found last = found;
    return last.at().plus(FRESH).isAfter(clock.instant())
        ? last.firing().getOrDefault(kind, 0L)
        : Double.NaN;
  }

  void count(List<Alert> raised, List<Alert> recovered, List<RuleKind> suppressed) {
    raised.forEach(alert -> count(alert.rule().kind(), "raised"));
    recovered.forEach(alert -> count(alert.rule().kind(), "recovered"));
    suppressed.forEach(kind -> count(kind, "suppressed"));
  }

  private void count(RuleKind kind, String outcome) {
    metrics.counter(NAME, "kind", word(kind), "outcome", outcome).increment();
  }

  /// Whether it is time to count again what fires.
  boolean isDue() {
    return !found.at().plus(BETWEEN).isAfter(clock.instant());
  }

  void looked(Map<RuleKind, Long> firing) {
    found = new Found(firing, clock.instant());
  }

  private static String word(RuleKind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }
}
