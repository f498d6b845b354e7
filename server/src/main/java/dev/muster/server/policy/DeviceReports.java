package dev.muster.server.policy;

import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.OrganizationId;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/// What devices have reported, as far as assignments want to know it. Implemented by the room that
/// keeps the reports.
public interface DeviceReports {
  /// The newest report of a device: the version, and the settings in which it differs from what is
  /// desired now.
  record Reported(long version, Set<String> drifting) {}

  /// The newest reports of those of `devices` that have reported.
  Map<DeviceId, Reported> latest(
      Handle handle, OrganizationId organization, Collection<DeviceId> devices);

  /// The versions of those reports, without asking what differs.
  Map<DeviceId, Long> versions(
      Handle handle, OrganizationId organization, Collection<DeviceId> devices);
}
