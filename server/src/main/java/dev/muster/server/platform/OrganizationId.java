package dev.muster.server.platform;

import java.util.UUID;

/// The identity of a tenant.
public record OrganizationId(UUID value) {
  @Override
  public String toString() {
    return value.toString();
  }
}
