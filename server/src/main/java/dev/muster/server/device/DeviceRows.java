package dev.muster.server.device;

import dev.muster.protocol.Json;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.OrganizationId;
import io.quarkus.arc.All;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Rows of REST: devices with what they last said of themselves, and how they synchronize.
@Singleton
class DeviceRows {
  private final Database database;
  private final List<DeviceReadings> readings;
  private final List<DeviceSyncs> syncs;

  DeviceRows(Database database, @All List<DeviceReadings> readings, @All List<DeviceSyncs> syncs) {
    this.database = database;
    this.readings = readings;
    this.syncs = syncs;
  }

  DeviceWire.Row of(Devices.Entry entry) {
    return of(entry.device().organization(), List.of(entry)).getFirst();
  }

  List<DeviceWire.Row> of(OrganizationId organization, List<Devices.Entry> entries) {
    if (entries.isEmpty()) {
      return List.of();
    }
    List<DeviceId> ids = entries.stream().map(entry -> entry.device().id()).toList();
    Map<DeviceId, Json.Obj> last = new HashMap<>();
    Map<DeviceId, DeviceSyncs.Sync> synced = new HashMap<>();
    database.in(
        organization,
        handle -> {
          readings.forEach(reading -> last.putAll(reading.lastStatuses(handle, organization, ids)));
          syncs.forEach(sync -> synced.putAll(sync.syncs(handle, organization, ids)));
          return null;
        });
    return entries.stream()
        .map(entry -> {
          DeviceId id = entry.device().id();
          return DeviceWire.Row.of(entry, last.get(id), synced.get(id));
        })
        .toList();
  }
}
