package dev.muster.server.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// What is counted of heartbeats. Counted a batch at a time, so that it costs a heartbeat nothing.
final class IngestMetrics {
  private static final String HEARTBEATS = "muster.heartbeats";

  private final MeterRegistry registry;
  private final Counter stored;
  private final Counter duplicates;
  private final DistributionSummary sizes;
  private final Timer commits;

  IngestMetrics(MeterRegistry registry, AtomicInteger waiting, AtomicLong memory) {
    this.registry = registry;
    stored = heartbeats("stored");
    duplicates = heartbeats("duplicate");
    sizes =
        DistributionSummary.builder("muster.ingest.batch.size")
            .description("Heartbeats stored in one transaction")
            .register(registry);
    commits =
        Timer.builder("muster.ingest.commit")
            .description("How long a transaction of heartbeats takes")
            .register(registry);
    Gauge.builder("muster.ingest.queue.depth", waiting, AtomicInteger::get)
        .description("Heartbeats that wait for the database or are being stored")
        .register(registry);
    Gauge.builder("muster.ingest.queue.bytes", memory, AtomicLong::get)
        .description("Memory that these take, as it is counted against the limit")
        .baseUnit("bytes")
        .register(registry);
  }

  private Counter heartbeats(String outcome) {
    return Counter.builder(HEARTBEATS)
        .description("Heartbeats by what came of them")
        .tag("outcome", outcome)
        .register(registry);
  }

  void committed(HeartbeatStore.Stored batch, long nanos) {
    stored.increment(batch.total().stored());
    duplicates.increment(batch.total().duplicates());
    sizes.record(batch.total().stored() + batch.total().duplicates());
    commits.record(nanos, TimeUnit.NANOSECONDS);
  }

  /// @param why `invalid`, `late`, `full`, `unavailable` or `broken`
  void refused(String why, int count) {
    heartbeats(why.equals("late") ? "late" : "refused").increment(count);
    Counter.builder("muster.heartbeats.refused")
        .description("Heartbeats that were not stored, by why")
        .tag("why", why)
        .register(registry)
        .increment(count);
  }
}
