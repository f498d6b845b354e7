package dev.muster.server.device;

import dev.muster.server.platform.OrganizationId;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.SqlStatement;

/// The SQL by which devices come into this room.
final class DeviceInsertStore {
  private static final String INSERT =
      """
      insert into device.device (organization_id, id, handle, name, platform, type, status, tags,
        hardware_id, fingerprint, model, os_version, agent_version, attributes, user_id,
        name_key, created_at, updated_at)
      values (:organization, :id, :handle, :name, :platform, :type, :status, :tags,
        :hardwareId, :fingerprint, :model, :osVersion, :agentVersion,
        cast(:attributes as jsonb), :user, :nameKey, :createdAt, :updatedAt)
      on conflict (organization_id, handle) do nothing
      """;

  private DeviceInsertStore() {}

  /// False when the handle is taken. A hardware id that is taken is an error: whoever writes one
  /// has locked it before.
  static boolean insert(Handle handle, Device device) {
    return bound(handle.createUpdate(INSERT), device).execute() == 1;
  }

  /// The same for many, which are written in the order of their handles, so that two of these never
  /// wait for each other. Returns those whose handle was free.
  static Set<DeviceId> insertAll(Handle handle, Collection<Device> devices) {
    List<Device> sorted = devices.stream().sorted(Comparator.comparing(Device::handle)).toList();
    if (sorted.isEmpty()) {
      return Set.of();
    }
    PreparedBatch batch = handle.prepareBatch(INSERT);
    sorted.forEach(device -> bound(batch, device).add());
    batch.execute(); // its counts say nothing, because the driver makes one statement of many
    return handle
        .createQuery(
            "select id from device.device where organization_id = :organization and id = any(:ids)")
        .bind("organization", sorted.getFirst().organization())
        .bindArray("ids", UUID.class, sorted.stream().map(device -> device.id().value()).toList())
        .mapTo(UUID.class)
        .map(DeviceId::new)
        .collect(Collectors.toSet());
  }

  /// Takes back what this transaction has inserted and nothing refers to yet.
  static void takeBack(Handle handle, OrganizationId organization, Collection<DeviceId> devices) {
    handle
        .createUpdate(
            "delete from device.device where organization_id = :organization and id = any(:ids)")
        .bind("organization", organization)
        .bindArray("ids", UUID.class, devices.stream().map(DeviceId::value).toList())
        .execute();
  }

  private static <S extends SqlStatement<S>> S bound(S statement, Device device) {
    Device.Hardware hardware = device.hardware();
    return statement
        .bind("organization", device.organization())
        .bind("id", device.id().value())
        .bind("handle", device.handle())
        .bind("name", device.name())
        .bind("platform", device.platform().name())
        .bind("type", device.type())
        .bind("status", device.status())
        .bindArray("tags", String.class, device.tags())
        .bind("hardwareId", hardware.hardwareId())
        .bind("fingerprint", device.fingerprint())
        .bind("model", hardware.model())
        .bind("osVersion", hardware.osVersion())
        .bind("agentVersion", hardware.agentVersion())
        .bind("attributes", device.attributes().canonical())
        .bindByType("user", device.owner() == null ? null : device.owner().id(), UUID.class)
        .bind("nameKey", DeviceStore.nameKey(device))
        .bind("createdAt", device.createdAt())
        .bind("updatedAt", device.updatedAt());
  }
}
