package dev.muster.server.organization;

import dev.muster.server.platform.OrganizationId;
import org.jdbi.v3.core.Handle;

/// Gives a new organization what a lower room needs it to have, and hears of its end.
public interface OrganizationListener {
  /// Called in the transaction that makes the organization, which sees that organization only. To
  /// throw is to refuse the organization.
  void created(Handle handle, OrganizationId organization);

  /// Called in the transaction, across organizations, from which on nobody of the organization is
  /// let in. Its rows are deleted afterwards, whatever room they are of.
  default void closed(Handle handle, OrganizationId organization) {}
}
