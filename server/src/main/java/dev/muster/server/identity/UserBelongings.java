package dev.muster.server.identity;

import dev.muster.server.platform.OrganizationId;
import org.jdbi.v3.core.Handle;

/// What one lower room keeps of users, for the erasure of one.
public interface UserBelongings {
  /// Deletes all that the room has of the user, in the transaction that erases the user and before
  /// the user's row is deleted.
  void erase(Handle handle, OrganizationId organization, UserId user);
}
