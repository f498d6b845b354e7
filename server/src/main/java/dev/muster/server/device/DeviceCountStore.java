package dev.muster.server.device;

import java.util.EnumMap;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/// The SQL of [DeviceCounts].
final class DeviceCountStore {
  private DeviceCountStore() {}

  /// How many devices of all organizations do what; retired ones do nothing.
  static Map<DeviceStatus, Long> byStatus(Handle handle) {
    Map<DeviceStatus, Long> counts = new EnumMap<>(DeviceStatus.class);
    handle
        .createQuery(
            """
            select status, count(*) as devices from device.device
            where lifecycle <> 'RETIRED' group by status
            """)
        .map((row, _) ->
            Map.entry(DeviceStatus.valueOf(row.getString("status")), row.getLong("devices")))
        .forEach(entry -> counts.put(entry.getKey(), entry.getValue()));
    return counts;
  }
}
