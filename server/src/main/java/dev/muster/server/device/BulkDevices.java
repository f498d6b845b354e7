package dev.muster.server.device;

import dev.muster.protocol.Json;
import dev.muster.server.audit.Audit;
import dev.muster.server.audit.Change;
import dev.muster.server.organization.Quotas;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/// Registers many devices at once, or says what many are doing, each for itself: a row that is
/// refused holds up no other, and is refused as it would be alone.
///
/// One transaction, a statement for each kind of row and not for each device, one audit entry. So
/// after a crash either all of it is there or nothing, and a request that is sent again with its
/// idempotency key does nothing twice. Rejected: a transaction for each device, which takes as long
/// as a thousand requests; savepoints, which cost a round trip each and buy nothing, because what a
/// row may be refused for is known before it is written.
@Singleton
public class BulkDevices {
  /// Rows of one request.
  public static final int MOST = 1_000;

  static final String COUNT_RULE = "must be 1 to 1,000 devices";

  /// @param idOrHandle names the device
  public record NewStatus(String idOrHandle, DeviceStatus status) {}

  private final Database database;
  private final InstantSource clock;
  private final Devices devices;
  private final Groups groups;
  private final Quotas quotas;
  private final Audit audit;
  private final Iterable<DeviceChanges> changes;

  /// `changes` is resolved at each use: who hears of changes may itself need this door.
  @Inject
  BulkDevices(
      Database database,
      InstantSource clock,
      Devices devices,
      Groups groups,
      Quotas quotas,
      Audit audit,
      @Any Instance<DeviceChanges> changes) {
    this(database, clock, devices, groups, quotas, audit, (Iterable<DeviceChanges>) changes);
  }

  public BulkDevices(
      Database database,
      InstantSource clock,
      Devices devices,
      Groups groups,
      Quotas quotas,
      Audit audit,
      Iterable<DeviceChanges> changes) {
    this.database = database;
    this.clock = clock;
    this.devices = devices;
    this.groups = groups;
    this.quotas = quotas;
    this.audit = audit;
    this.changes = changes;
  }

  /// Registers devices of which no hardware id is known. Of two rows with one handle the first
  /// counts; the last rows are those that find the organization's quota used up.
  ///
  /// @return what became of each, in the order of the rows
  /// @throws Refusal `invalid` when there are none, or more than [#MOST]
  public List<BulkResult> register(Caller caller, List<BulkRow<NewDevice>> rows) {
    caller.require(Right.WRITE_DEVICES);
    requireNumber(rows);
    return database.in(
        caller.organization(),
        handle -> {
          BulkRegistration registration =
              new BulkRegistration(handle, caller.organization(), devices, groups, quotas);
          registration.read(rows);
          registration.write();
          tell(handle, caller, registration);
          return registration.results(rows);
        });
  }

  private void tell(Handle handle, Caller caller, BulkRegistration registration) {
    List<Device> registered = registration.registered();
    if (registered.isEmpty()) {
      return;
    }
    EventStore.append(
        handle,
        caller,
        EventKind.REGISTERED,
        bodies(registered, Devices::announced),
        clock.instant());
    registration.joined().forEach((group, joined) -> groups.enter(handle, caller, group, joined));
    List<DeviceId> ids = registered.stream().map(Device::id).toList();
    FacetStore.insert(handle, caller.organization(), ids);
    changes.forEach(heard -> heard.registered(handle, caller.organization(), ids));
    record(handle, caller, "devices.registered", registered);
  }

  /// Says what devices are doing. What is so already leaves no trace; of several rows for one
  /// device the last counts.
  ///
  /// @return what became of each, in the order of the rows
  /// @throws Refusal `invalid` when there are none, or more than [#MOST]
  public List<BulkResult> setStatus(Caller caller, List<BulkRow<NewStatus>> rows) {
    caller.require(Right.WRITE_DEVICES);
    requireNumber(rows);
    return database.in(
        caller.organization(),
        handle -> {
          BulkStatus statuses = new BulkStatus(handle, caller.organization());
          List<BulkResult> results = statuses.read(rows);
          List<Device> changed = statuses.write(clock.instant());
          tell(handle, caller, changed);
          return results;
        });
  }

  private void tell(Handle handle, Caller caller, List<Device> changed) {
    if (changed.isEmpty()) {
      return;
    }
    changed.forEach(device -> changes.forEach(heard -> heard.changed(handle, device)));
    EventStore.append(
        handle,
        caller,
        EventKind.CHANGED,
        bodies(changed, device -> Json.obj(Map.of("status", Json.of(device.status())))),
        clock.instant());
    record(handle, caller, "devices.status_set", changed);
  }

  private static Map<DeviceId, Json.Obj> bodies(
      List<Device> devices, Function<Device, Json.Obj> body) {
    Map<DeviceId, Json.Obj> bodies = new LinkedHashMap<>();
    devices.forEach(device -> bodies.put(device.id(), body.apply(device)));
    return bodies;
  }

  /// One entry for all; what was done to each is in its own history.
  private void record(Handle handle, Caller caller, String action, List<Device> concerned) {
    audit.record(
        handle,
        caller,
        Change.of(action, "organization", caller.organization())
            .to(
                Json.obj(
                    Map.of(
                        "device_ids",
                        Json.texts(concerned.stream().map(Device::handle).toList())))));
  }

  private static void requireNumber(List<?> rows) {
    if (rows.isEmpty() || rows.size() > MOST) {
      throw Refusal.invalid("devices", COUNT_RULE);
    }
  }
}
