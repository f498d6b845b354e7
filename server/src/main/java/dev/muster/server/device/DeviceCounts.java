package dev.muster.server.device;

import dev.muster.server.platform.Database;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.logging.Log;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// How many devices do what, all organizations together, for the metrics. Counting reads every
/// device, so it is done once a minute at the most, only while somebody scrapes, and no scrape
/// waits for it.
@Singleton
final class DeviceCounts {
  static final Duration FRESH = Duration.ofMinutes(1);

  private record Counted(Instant at, Map<DeviceStatus, Long> counts) {}

  private final Database database;
  private final InstantSource clock;
  private final AtomicBoolean counting = new AtomicBoolean();
  private volatile @Nullable Counted latest;

  DeviceCounts(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  void measure(@Observes StartupEvent event, MeterRegistry metrics) {
    for (DeviceStatus status : DeviceStatus.values()) {
      Gauge.builder("muster.devices", this, counts -> counts.latest(status))
          .description("Devices that are not retired, as of the last minute or two")
          .tag("status", status.name())
          .register(metrics);
    }
  }

  /// As of the latest count, of which the next is begun when it is a minute old; not a number
  /// before the first.
  double latest(DeviceStatus status) {
    Counted known = latest;
    Instant now = clock.instant();
    if ((known == null || !known.at().plus(FRESH).isAfter(now))
        && counting.compareAndSet(false, true)) {
      Thread.ofVirtual().name("device-counts").start(() -> count(now));
    }
    return known == null ? Double.NaN : known.counts().getOrDefault(status, 0L);
  }

  private void count(Instant now) {
    try {
      latest = new Counted(now, database.acrossOrganizations(DeviceCountStore::byStatus));
    } catch (RuntimeException failure) {
      Log.debugf("Devices could not be counted: %s", failure.getMessage());
    } finally {
      counting.set(false);
    }
  }
}
