package dev.muster.server.platform;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/// Heartbeats.
public interface TelemetrySettings {
  /// How long devices are asked to wait between two heartbeats.
  @WithDefault("5m")
  Duration interval();

  /// How long a device may be silent and still count as online in counts of the fleet; what it says
  /// of an older time raises no alert.
  @WithDefault("12m")
  Duration onlineWithin();

  /// Heartbeats that wait for the database, at most; more are answered 503.
  @WithDefault("20000")
  int queue();

  /// Memory that they may take, at most; beyond it they are answered 503.
  @WithDefault("64M")
  MemorySize queueMemory();

  /// Heartbeats stored in one transaction, at most.
  @WithDefault("1000")
  int batch();

  /// The oldest heartbeat that a batch of a device may hold.
  @WithDefault("7d")
  Duration oldest();
}
