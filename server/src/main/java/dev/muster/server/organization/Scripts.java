package dev.muster.server.organization;

import dev.muster.server.platform.OrganizationId;
import jakarta.inject.Singleton;
import org.jdbi.v3.core.Handle;

/// Whether devices may be told to run scripts: whoever could send one could do anything on all of
/// them, so an organization has to allow it first.
@Singleton
public class Scripts {
  public boolean areAllowed(Handle handle, OrganizationId organization) {
    return OrganizationStore.allowsScripts(handle, organization);
  }
}
