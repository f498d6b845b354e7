package dev.muster.agent;

/// The version of this build, as its jar says.
final class Version {
  static final String CURRENT = current();

  private Version() {}

  private static String current() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "dev" : version;
  }
}
