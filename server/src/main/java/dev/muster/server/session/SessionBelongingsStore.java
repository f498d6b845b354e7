package dev.muster.server.session;

import dev.muster.server.identity.UserBelongings;
import dev.muster.server.identity.UserId;
import dev.muster.server.platform.OrganizationId;
import jakarta.inject.Singleton;
import org.jdbi.v3.core.Handle;

/// Deletes the sessions of a user who is erased, and with them their refresh tokens.
@Singleton
final class SessionBelongingsStore implements UserBelongings {
  @Override
  public void erase(Handle handle, OrganizationId organization, UserId user) {
    handle.execute(
        "delete from session.session where organization_id = ? and user_id = ?",
        organization,
        user.value());
  }
}
