package dev.muster.server.platform;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// The history of heartbeats: how much of it the database keeps, and where the rest goes.
public interface HistorySettings {
  /// How long heartbeats stay in the database, in whole days; then they are archived.
  @WithDefault("90d")
  Duration retention();

  /// Bytes of heartbeats in the database, beyond which the oldest days are archived earlier; 0 is
  /// without limit. Absent: 20G with the embedded database, and no limit with an external one.
  Optional<MemorySize> sizeCap();

  /// How long a day that was restored stays in the database.
  @WithDefault("7d")
  Duration restoredKept();

  /// Folder of the archives; absent, `DATA/archive`. With several workers it must be one that all
  /// of them share.
  Optional<Path> archiveFolder();

  @WithName("s3")
  ArchiveBucket s3();

  /// An S3-compatible store of the archives, instead of the folder.
  interface ArchiveBucket {
    /// Bucket that the archives are kept in; absent, they are kept in the folder.
    Optional<String> bucket();

    /// Prepended to the names of the objects.
    @WithDefault("muster/")
    String prefix();

    /// Address of the store when it is not Amazon's; it is spoken to with the bucket in the path.
    Optional<URI> endpoint();

    /// Region of the bucket.
    @WithDefault("us-east-1")
    String region();

    /// Access key; absent, credentials are looked for where the AWS SDK does (environment, files,
    /// the machine's role).
    Optional<String> accessKey();

    /// Secret of the access key.
    Optional<String> secretKey();
  }
}
