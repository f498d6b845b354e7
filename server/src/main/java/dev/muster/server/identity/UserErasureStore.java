package dev.muster.server.identity;

import dev.muster.server.platform.OrganizationId;
import org.jdbi.v3.core.Handle;

/// The SQL by which users leave this room.
final class UserErasureStore {
  private UserErasureStore() {}

  /// Whether there was such a user. From now on nobody adds a row that refers to the user.
  static boolean lock(Handle handle, OrganizationId organization, UserId user) {
    return handle
        .createQuery(
            "select true from identity.users where organization_id = :organization and id = :id for update")
        .bind("organization", organization)
        .bind("id", user.value())
        .mapTo(boolean.class)
        .findOne()
        .isPresent();
  }

  /// The keys that the user has made go by the foreign key.
  static void delete(Handle handle, OrganizationId organization, UserId user) {
    handle.execute(
        "delete from identity.users where organization_id = ? and id = ?",
        organization,
        user.value());
  }

  static void deactivateAll(Handle handle, OrganizationId organization) {
    handle.execute(
        "update identity.users set is_active = false where organization_id = ?", organization);
  }
}
