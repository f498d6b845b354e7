package dev.muster.server.organization;

import dev.muster.server.platform.OrganizationId;
import java.time.Instant;

/// A tenant.
///
/// @param home whether it is the first one, whose admins may make others
public record Organization(OrganizationId id, String name, boolean home, Instant createdAt) {
  public static final int LONGEST_NAME = 200;
}
