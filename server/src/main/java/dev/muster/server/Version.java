package dev.muster.server;

import org.eclipse.microprofile.config.ConfigProvider;
import picocli.CommandLine.IVersionProvider;

/// The version of this build.
final class Version implements IVersionProvider {
  static String text() {
    return ConfigProvider.getConfig()
        .getOptionalValue("quarkus.application.version", String.class)
        .orElse("unknown");
  }

  @Override
  public String[] getVersion() {
    return new String[] {"muster " + text() + " (Java " + Runtime.version() + ")"};
  }
}
