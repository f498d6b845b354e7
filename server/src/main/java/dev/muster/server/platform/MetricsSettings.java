package dev.muster.server.platform;

import io.smallrye.config.WithDefault;
import java.time.Duration;

/// What is measured of the database.
public interface MetricsSettings {
  /// How long a statement takes that is counted as slow and logged; 0 logs none.
  @WithDefault("1s")
  Duration slowStatement();

  /// How often a node looks at the sizes of tables and at partitions while its metrics are read.
  @WithDefault("5m")
  Duration sizesEvery();
}
