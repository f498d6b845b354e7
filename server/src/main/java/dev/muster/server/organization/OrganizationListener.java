package dev.muster.server.organization;

import dev.muster.server.platform.OrganizationId;
import org.jdbi.v3.core.Handle;

/// Gives a new organization what a lower room needs it to have.
public interface OrganizationListener {
  /// Called in the transaction that makes the organization, which sees that organization only. To
  /// throw is to refuse the organization.
  void created(Handle handle, OrganizationId organization);
}
