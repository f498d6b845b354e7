package dev.muster.server.web;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Set;
import java.util.stream.LongStream;

/// Gives the timers of requests, calls and deliveries buckets, so that percentiles can be computed
/// over all nodes. A dozen of them: Micrometer's own choice is seventy, for each route and status.
final class Histograms {
  private static final Set<String> NAMES =
      Set.of(
          "http.server.requests",
          "muster.rpc",
          "muster.dispatch.latency",
          "muster.ingest.commit",
          "muster.sync");
  private static final double[] BUCKETS =
      LongStream.of(2, 5, 10, 25, 50, 100, 150, 300, 500, 1_000, 2_500, 10_000, 60_000)
          .mapToDouble(millis -> Duration.ofMillis(millis).toNanos())
          .toArray();

  private Histograms() {}

  @Produces
  @Singleton
  static MeterFilter buckets() {
    return new MeterFilter() {
      @Override
      public DistributionStatisticConfig configure(
          Meter.Id id, DistributionStatisticConfig config) {
        return NAMES.contains(id.getName())
            ? DistributionStatisticConfig.builder()
                .percentilesHistogram(false)
                .serviceLevelObjectives(BUCKETS)
                .build()
                .merge(config)
            : config;
      }
    };
  }
}
