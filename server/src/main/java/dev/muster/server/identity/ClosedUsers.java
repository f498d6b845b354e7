package dev.muster.server.identity;

import dev.muster.server.organization.OrganizationListener;
import dev.muster.server.platform.OrganizationId;
import jakarta.inject.Singleton;
import org.jdbi.v3.core.Handle;

/// Deactivates the users of an organization that is closed, so that none logs in or refreshes.
@Singleton
final class ClosedUsers implements OrganizationListener {
  @Override
  public void created(Handle handle, OrganizationId organization) {}

  @Override
  public void closed(Handle handle, OrganizationId organization) {
    UserErasureStore.deactivateAll(handle, organization);
  }
}
