package dev.muster.server.identity;

import dev.muster.server.audit.ActorNames;
import dev.muster.server.platform.OrganizationId;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// Names the people in the audit log by their e-mail addresses.
@Singleton
public final class UserNames implements ActorNames {
  @Override
  public Map<UUID, String> of(Handle handle, OrganizationId organization, Collection<UUID> actors) {
    return UserStore.emails(handle, organization, actors);
  }
}
