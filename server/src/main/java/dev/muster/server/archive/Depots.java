package dev.muster.server.archive;

import dev.muster.server.platform.Settings;

/// Chooses where archives are kept.
final class Depots {
  private Depots() {}

  static Depot of(Settings settings) {
    return new FolderDepot(
        settings.history().archiveFolder().orElse(settings.data().resolve("archive")));
  }
}
