package dev.muster.server.device;

import dev.muster.server.platform.OrganizationId;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/// How devices synchronize, as a lower room keeps it.
public interface DeviceSyncs {
  /// @param lastAt the last push or pull; of pulls, one a minute is noted
  /// @param acknowledged the highest of its own components that it has pushed; 0 for none
  record Sync(Instant lastAt, long acknowledged) {}

  /// Each device that ever did, in one query for all of them.
  Map<DeviceId, Sync> syncs(
      Handle handle, OrganizationId organization, Collection<DeviceId> devices);
}
