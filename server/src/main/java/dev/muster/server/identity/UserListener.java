package dev.muster.server.identity;

import dev.muster.server.platform.OrganizationId;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Hears, in the transaction of the change, that whoever is logged in as a user must log in anew:
/// the user was deactivated or has another password.
public interface UserListener {
  void lostAccess(Handle handle, OrganizationId organization, UserId user);

  /// The same when users have given themselves another password: they stay logged in by the session
  /// in which they did it, if there is one.
  default void changedOwnPassword(
      Handle handle, OrganizationId organization, UserId user, @Nullable UUID session) {
    lostAccess(handle, organization, user);
  }
}
