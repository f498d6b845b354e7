package dev.muster.server.web;

import dev.muster.server.platform.OrganizationId;

/// Says whose callers are not let in at all, whatever credential they hold. Asked at every request,
/// so it answers from memory.
public interface ClosedOrganizations {
  /// @throws dev.muster.server.platform.Refusal `unauthenticated` when the organization is closed
  void requireOpen(OrganizationId organization);

  /// Whether the organization is open for all that is in memory; false also while nothing is. Never
  /// blocks.
  boolean isKnownOpen(OrganizationId organization);
}
