package dev.muster.server.platform;

import io.smallrye.config.WithDefault;
import java.time.Duration;

/// Alerts and what is tried against their causes.
public interface AlertSettings {
  /// How long alerts are kept after they have recovered.
  @WithDefault("90d")
  Duration retention();

  /// How often a day an app that a policy has started again (`monitoredApp.autoRelaunch`) is
  /// started on one device, at the most; 0 turns it off.
  @WithDefault("24")
  int relaunchesADay();
}
