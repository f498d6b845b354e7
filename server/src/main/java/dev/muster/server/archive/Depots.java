package dev.muster.server.archive;

import dev.muster.server.platform.Settings;
import jakarta.inject.Singleton;

/// Chooses where archives are kept, by the settings.
@Singleton
final class Depots {
  private final Depot depot;

  Depots(Settings settings) {
    depot =
        settings.history().s3().bucket().isPresent()
            ? S3Depot.of(settings.history().s3())
            : new FolderDepot(
                settings.history().archiveFolder().orElse(settings.data().resolve("archive")));
  }

  Depot depot() {
    return depot;
  }
}
