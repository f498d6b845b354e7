package dev.muster.server.organization;

import dev.muster.server.platform.OrganizationId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A tenant.
///
/// @param home whether it is the first one, whose admins may make others
/// @param erasingSince when its erasure was asked for; from then on nobody of it is let in
public record Organization(
    OrganizationId id,
    String name,
    boolean home,
    Instant createdAt,
    @Nullable Instant erasingSince) {
  public static final int LONGEST_NAME = 200;
}
