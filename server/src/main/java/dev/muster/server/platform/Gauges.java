package dev.muster.server.platform;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/// The few metrics that tell an operator of trouble before the users do. Those of the database are
/// as of the latest look at it, so that a scrape never waits.
public final class Gauges {
  private Gauges() {}

  public static void register(
      MeterRegistry registry, DatabaseProbe probe, PoolUse pool, DiskSpace disk) {
    gauge(registry, "muster.pool.in.use", "Connections of the pool that are lent", pool::inUse);
    gauge(registry, "muster.pool.size", "Connections of the pool at the most", pool::size);
    gauge(registry, "muster.pool.waiting", "Threads that wait for a connection", pool::waiting);
    read(registry, probe, "muster.outbox.due", "Events that wait", r -> r.outbox().due());
    read(
        registry,
        probe,
        "muster.outbox.late.seconds",
        "For how long the oldest event has waited",
        r -> r.outbox().late().toMillis() / 1e3);
    read(registry, probe, "muster.outbox.dead", "Events refused for good", Reading.Answered::dead);
    read(
        registry,
        probe,
        "muster.jobs.late.seconds",
        "For how long the oldest job has been due",
        r -> r.jobs().late().toMillis() / 1e3);
    gauge(
        registry,
        "muster.disk.free.bytes",
        "Free space of the disk of the embedded database",
        () ->
            disk.found().level() == DiskSpace.Level.UNSEEN ? Double.NaN : disk.found().freeBytes());
  }

  private static void gauge(
      MeterRegistry registry, String name, String meaning, Supplier<Number> value) {
    Gauge.builder(name, value).description(meaning).register(registry);
  }

  /// Not a number while the database does not answer.
  private static void read(
      MeterRegistry registry,
      DatabaseProbe probe,
      String name,
      String meaning,
      ToDoubleFunction<Reading.Answered> value) {
    gauge(
        registry,
        name,
        meaning,
        () ->
            probe.latest() instanceof Reading.Answered answered
                ? value.applyAsDouble(answered)
                : Double.NaN);
  }
}
