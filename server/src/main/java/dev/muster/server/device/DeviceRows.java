package dev.muster.server.device;

import dev.muster.protocol.Json;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.OrganizationId;
import io.quarkus.arc.All;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Rows of REST: devices with what they last said of themselves.
@Singleton
class DeviceRows {
  private final Database database;
  private final List<DeviceReadings> readings;

  DeviceRows(Database database, @All List<DeviceReadings> readings) {
    this.database = database;
    this.readings = readings;
  }

  DeviceWire.Row of(Devices.Entry entry) {
    return of(entry.device().organization(), List.of(entry)).getFirst();
  }

  List<DeviceWire.Row> of(OrganizationId organization, List<Devices.Entry> entries) {
    if (entries.isEmpty()) {
      return List.of();
    }
    List<DeviceId> ids = entries.stream().map(entry -> entry.device().id()).toList();
    Map<DeviceId, Json.Obj> last =
        database.in(
            organization,
            handle -> {
              Map<DeviceId, Json.Obj> found = new HashMap<>();
              readings.forEach(
                  reading -> found.putAll(reading.lastStatuses(handle, organization, ids)));
              return found;
            });
    return entries.stream()
        .map(entry -> DeviceWire.Row.of(entry, last.get(entry.device().id())))
        .toList();
  }
}
