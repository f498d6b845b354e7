package dev.muster.server.testing;

import dev.muster.server.platform.Settings;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;

/// The server's settings without a server.
public final class TestSettings {
  private TestSettings() {}

  /// @param settings by name, where they are not the product's defaults
  public static Settings of(Map<String, String> settings) {
    return new SmallRyeConfigBuilder()
        .addDiscoveredConverters()
        .withMapping(Settings.class)
        .withDefaultValues(settings)
        .build()
        .getConfigMapping(Settings.class);
  }
}
