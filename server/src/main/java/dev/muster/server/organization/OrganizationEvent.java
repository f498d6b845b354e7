package dev.muster.server.organization;

import java.util.UUID;

/// What happens to organizations.
public sealed interface OrganizationEvent {
  /// Nobody of this organization is let in any more.
  record Closed(UUID organization) implements OrganizationEvent {}
}
