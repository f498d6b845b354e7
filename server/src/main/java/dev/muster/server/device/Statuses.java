package dev.muster.server.device;

import dev.muster.protocol.Json;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.OrganizationId;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/// What devices are doing, as the server finds out by itself, for many devices at once. Unlike
/// [Devices#occupy] it leaves an event in the history of each, since nothing else tells of it.
@Singleton
public class Statuses {
  private final InstantSource clock;
  private final Iterable<DeviceChanges> changes;

  /// `changes` is resolved at each use: who hears of changes may itself need this door.
  @Inject
  Statuses(InstantSource clock, @Any Instance<DeviceChanges> changes) {
    this(clock, (Iterable<DeviceChanges>) changes);
  }

  public Statuses(InstantSource clock, Iterable<DeviceChanges> changes) {
    this.clock = clock;
    this.changes = changes;
  }

  /// Those of the devices that are there, locked in the order of their ids (`for no key update`).
  public List<Device> hold(
      Handle handle, OrganizationId organization, Collection<DeviceId> devices) {
    return devices.isEmpty() ? List.of() : DeviceStore.lockAll(handle, organization, devices);
  }

  /// Writes the statuses of devices, which are held and have others.
  ///
  /// @param caller the server, in the job that found it out
  public void write(Handle handle, Caller.Server caller, Map<DeviceId, DeviceStatus> statuses) {
    if (statuses.isEmpty()) {
      return;
    }
    List<Device> written =
        DeviceStatusStore.write(handle, caller.organization(), statuses, clock.instant());
    Map<DeviceId, Json.Obj> bodies = new LinkedHashMap<>();
    written.forEach(
        device -> bodies.put(device.id(), Json.obj(Map.of("status", Json.of(device.status())))));
    EventStore.append(handle, caller, EventKind.CHANGED, bodies, clock.instant());
    changes.forEach(heard -> written.forEach(device -> heard.changed(handle, device)));
  }
}
