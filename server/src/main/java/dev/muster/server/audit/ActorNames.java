package dev.muster.server.audit;

import dev.muster.server.platform.OrganizationId;
import java.util.Collection;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// Says who the actors of entries are, when the log is read: names change, and may be erased. One a
/// room that knows some.
public interface ActorNames {
  /// The names of those of these actors that this room knows. The transaction may see other
  /// organizations too.
  Map<UUID, String> of(Handle handle, OrganizationId organization, Collection<UUID> actors);
}
