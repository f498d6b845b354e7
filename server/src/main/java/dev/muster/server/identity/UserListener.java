package dev.muster.server.identity;

import dev.muster.server.platform.OrganizationId;
import org.jdbi.v3.core.Handle;

/// Hears, in the transaction of the change, that whoever is logged in as a user must log in anew:
/// the user was deactivated or has another password.
public interface UserListener {
  void lostAccess(Handle handle, OrganizationId organization, UserId user);
}
