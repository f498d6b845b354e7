package dev.muster.cli;

import java.util.Objects;
import picocli.CommandLine.IVersionProvider;

/// The version that the jar was built as; `development` when the classes are run without one.
final class BuildVersion implements IVersionProvider {

  @Override
  public String[] getVersion() {
    String version = BuildVersion.class.getPackage().getImplementationVersion();
    return new String[] {"muster " + Objects.requireNonNullElse(version, "development")};
  }
}
