package dev.muster.server.policy;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One moment at which a version became current.
///
/// @param sequence 1, 2, 3 … in its policy
public record Activation(
    UUID id,
    UUID versionId,
    int version,
    long sequence,
    Kind kind,
    @Nullable UUID activatedBy,
    Instant activatedAt) {
  /// How it came to be current.
  public enum Kind {
    PUBLISHED,
    ROLLED_BACK
  }
}
