package dev.muster.server.device;

import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The rows of one bulk change of statuses within its transaction. The devices are locked by their
/// ids, whatever the order of the rows.
final class BulkStatus {
  private final Handle handle;
  private final OrganizationId organization;
  private final Map<DeviceId, Device> held = new HashMap<>();
  private final Map<DeviceId, DeviceStatus> wanted = new HashMap<>();

  BulkStatus(Handle handle, OrganizationId organization) {
    this.handle = handle;
    this.organization = organization;
  }

  /// Locks the devices, and says what each row does to its one.
  List<BulkResult> read(List<BulkRow<BulkDevices.NewStatus>> rows) {
    Set<String> names = new LinkedHashSet<>();
    for (BulkRow<BulkDevices.NewStatus> row : rows) {
      if (row instanceof BulkRow.Good<BulkDevices.NewStatus>(BulkDevices.NewStatus said)) {
        names.add(said.idOrHandle());
      }
    }
    Map<String, Device> found = DeviceStore.findNamed(handle, organization, names);
    List<DeviceId> ids = found.values().stream().map(Device::id).distinct().toList();
    DeviceStore.lockAll(handle, organization, ids).forEach(device -> held.put(device.id(), device));
    List<BulkResult> results = new ArrayList<>();
    for (BulkRow<BulkDevices.NewStatus> row : rows) {
      results.add(
          switch (row) {
            case BulkRow.Good<BulkDevices.NewStatus>(BulkDevices.NewStatus said) ->
                read(said, found.get(said.idOrHandle()));
            case BulkRow.Bad<BulkDevices.NewStatus>(String name, Refusal refusal) ->
                new BulkResult.Refused(name, refusal);
          });
    }
    return results;
  }

  private BulkResult read(BulkDevices.NewStatus said, @Nullable Device found) {
    Device device = found == null ? null : held.get(found.id());
    if (device == null) {
      return new BulkResult.Refused(said.idOrHandle(), Refusal.notFound("device"));
    }
    try {
      device.lifecycle().requireChangeable();
    } catch (Refusal refusal) {
      return new BulkResult.Refused(said.idOrHandle(), refusal);
    }
    DeviceStatus earlier = wanted.put(device.id(), said.status());
    String before = earlier == null ? device.status() : earlier.name();
    return new BulkResult.Done(device.handle(), before, said.status().name());
  }

  /// Writes what differs, and returns the devices that it has changed.
  List<Device> write(Instant now) {
    held.forEach((id, device) -> {
      DeviceStatus status = wanted.get(id);
      if (status != null && device.status().equals(status.name())) {
        wanted.remove(id);
      }
    });
    return wanted.isEmpty()
        ? List.of()
        : DeviceStatusStore.write(handle, organization, wanted, now);
  }
}
