package dev.muster.server.device;

import dev.muster.protocol.Json;
import dev.muster.server.platform.OrganizationId;
import java.util.Collection;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/// What devices last said of themselves, as a lower room keeps it.
public interface DeviceReadings {
  /// The last status of each device that ever said one, in one query for all of them.
  Map<DeviceId, Json.Obj> lastStatuses(
      Handle handle, OrganizationId organization, Collection<DeviceId> devices);
}
