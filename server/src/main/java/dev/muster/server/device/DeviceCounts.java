package dev.muster.server.device;

import dev.muster.server.platform.Database;
import dev.muster.server.platform.Measured;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.Map;

/// How many devices do what, all organizations together, for the metrics. Counting reads every
/// device.
@Singleton
final class DeviceCounts {
  private final Measured<Map<DeviceStatus, Long>> counts;

  DeviceCounts(Database database, InstantSource clock) {
    this.counts =
        new Measured<>(clock, () -> database.acrossOrganizations(DeviceCountStore::byStatus));
  }

  void measure(@Observes StartupEvent event, MeterRegistry metrics) {
    for (DeviceStatus status : DeviceStatus.values()) {
      Gauge.builder("muster.devices", this, counts -> counts.latest(status))
          .description("Devices that are not retired, as of the last minute or two")
          .tag("status", status.name())
          .register(metrics);
    }
  }

  /// Not a number before the first count.
  double latest(DeviceStatus status) {
    Map<DeviceStatus, Long> known = counts.latest();
    return known == null ? Double.NaN : known.getOrDefault(status, 0L);
  }
}
