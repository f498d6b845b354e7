package dev.muster.server.session;

import dev.muster.server.identity.UserId;
import dev.muster.server.identity.UserListener;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.session.SessionStore.EndReason;
import jakarta.inject.Singleton;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Ends the sessions of a user who is deactivated or gets another password.
@Singleton
public final class SessionEnder implements UserListener {
  private final Families families;

  public SessionEnder(Families families) {
    this.families = families;
  }

  @Override
  public void lostAccess(Handle handle, OrganizationId organization, UserId user) {
    families.endAll(handle, organization, user, null, EndReason.ACCESS_LOST);
  }

  @Override
  public void changedOwnPassword(
      Handle handle, OrganizationId organization, UserId user, @Nullable UUID session) {
    families.endAll(handle, organization, user, session, EndReason.PASSWORD_CHANGED);
  }
}
