package dev.muster.server.device;

import dev.muster.server.audit.Audit;
import dev.muster.server.audit.Change;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Idempotency;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Right;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.jdbi.v3.core.Handle;

/// Removes a device with all that is known of it, in every room, at once and for good. Whatever
/// state it is in, its credentials are refused from the commit on; the same machine may enroll
/// again and is then another device.
///
/// The device's row is locked before anything is deleted, and whatever belongs to a device refers
/// to that row: who writes for the device at the same time either has committed before, or finds no
/// device.
@Singleton
public class DeviceErasure {
  private final Database database;
  private final Audit audit;
  private final Iterable<DeviceBelongings> belongings;
  private final Iterable<DeviceChanges> changes;

  /// `belongings` and `changes` are resolved at each use: who keeps something of devices may need
  /// them.
  @Inject
  DeviceErasure(
      Database database,
      Audit audit,
      @Any Instance<DeviceBelongings> belongings,
      @Any Instance<DeviceChanges> changes) {
    this(
        database,
        audit,
        (Iterable<DeviceBelongings>) belongings,
        (Iterable<DeviceChanges>) changes);
  }

  public DeviceErasure(
      Database database,
      Audit audit,
      Iterable<DeviceBelongings> belongings,
      Iterable<DeviceChanges> changes) {
    this.database = database;
    this.audit = audit;
    this.belongings = belongings;
    this.changes = changes;
  }

  /// @throws dev.muster.server.platform.Refusal `not found`
  public void erase(Caller caller, String idOrHandle) {
    caller.require(Right.ERASE);
    OrganizationId organization = caller.organization();
    database.in(
        organization,
        handle -> {
          Device device = DeviceErasureStore.lock(handle, organization, idOrHandle);
          belongings.forEach(room -> room.erase(handle, organization, device));
          Idempotency.forget(handle, organization, device.id().value());
          DeviceErasureStore.delete(handle, device);
          changes.forEach(heard -> heard.erased(handle, organization, device));
          tell(handle, caller, device);
          return null;
        });
  }

  /// Nothing of the device but its id: the log outlives it.
  private void tell(Handle handle, Caller caller, Device device) {
    audit.record(handle, caller, Change.of("device.erased", "device", device.id()));
  }
}
