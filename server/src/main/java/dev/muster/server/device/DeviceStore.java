package dev.muster.server.device;

import dev.muster.protocol.Platform;
import dev.muster.server.platform.OrganizationId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/// The SQL of devices.
final class DeviceStore {
  static final String COLUMNS =
      """
      d.id, d.organization_id, d.handle, d.name, d.platform, d.type, d.status, d.tags, d.created_at,
      d.updated_at, d.fingerprint, d.hardware_id, d.model, d.os_version, d.agent_version
      """;

  private DeviceStore() {}

  /// False when the handle is taken. A hardware id that is taken is an error: whoever writes one
  /// has locked it before.
  static boolean insert(Handle handle, Device device) {
    Device.Hardware hardware = device.hardware();
    return handle
            .createUpdate(
                """
                insert into device.device (organization_id, id, handle, name, platform, type, status, tags,
                  hardware_id, fingerprint, model, os_version, agent_version, created_at, updated_at)
                values (:organization, :id, :handle, :name, :platform, :type, :status, :tags,
                  :hardwareId, :fingerprint, :model, :osVersion, :agentVersion, :createdAt, :updatedAt)
                on conflict (organization_id, handle) do nothing
                """)
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
            .bind("createdAt", device.createdAt())
            .bind("updatedAt", device.updatedAt())
            .execute()
        == 1;
  }

  /// Makes the tags findable that the device has.
  static void index(Handle handle, Device device) {
    handle.execute(
        """
        delete from device.device_tag where organization_id = ? and device_id = ?
        """,
        device.organization(),
        device.id().value());
    handle
        .createUpdate(
            """
            insert into device.device_tag (organization_id, tag, device_id)
            select distinct :organization, tag, :id from unnest(:tags) as t (tag)
            """)
        .bind("organization", device.organization())
        .bind("id", device.id().value())
        .bindArray("tags", String.class, device.tags())
        .execute();
  }

  static void countOneMore(Handle handle, OrganizationId organization) {
    handle
        .createUpdate(
            """
            insert into device.tally (organization_id, shard, devices)
            values (:organization, floor(random() * 16), 1)
            on conflict (organization_id, shard) do update set devices = tally.devices + 1
            """)
        .bind("organization", organization)
        .execute();
  }

  static Optional<Device> find(Handle handle, OrganizationId organization, UUID id) {
    return handle
        .createQuery(
            "select "
                + COLUMNS
                + "from device.device d where d.organization_id = :organization and d.id = :id")
        .bind("organization", organization)
        .bind("id", id)
        .map(DeviceStore::device)
        .findOne();
  }

  static Optional<Device> findByHandle(
      Handle handle, OrganizationId organization, String deviceHandle) {
    return handle
        .createQuery(
            "select "
                + COLUMNS
                + "from device.device d where d.organization_id = :organization and d.handle = :handle")
        .bind("organization", organization)
        .bind("handle", deviceHandle)
        .map(DeviceStore::device)
        .findOne();
  }

  /// The devices that any of the ids or handles names, in no order.
  static List<Device> findAll(
      Handle handle,
      OrganizationId organization,
      Collection<UUID> ids,
      Collection<String> handles) {
    return handle
        .createQuery(
            "select "
                + COLUMNS
                + """
                from device.device d
                where d.organization_id = :organization and (d.id = any(:ids) or d.handle = any(:handles))
                """)
        .bind("organization", organization)
        .bindArray("ids", UUID.class, ids)
        .bindArray("handles", String.class, handles)
        .map(DeviceStore::device)
        .list();
  }

  static Optional<Device> findByHardware(
      Handle handle, OrganizationId organization, String hardwareId) {
    return handle
        .createQuery(
            "select "
                + COLUMNS
                + """
                from device.device d
                where d.organization_id = :organization and d.hardware_id = :hardwareId
                """)
        .bind("organization", organization)
        .bind("hardwareId", hardwareId)
        .map(DeviceStore::device)
        .findOne();
  }

  /// Holds back whoever else registers this hardware, there being no row yet to lock.
  static void lockHardware(Handle handle, OrganizationId organization, String hardwareId) {
    handle.execute(
        "select pg_advisory_xact_lock(hashtextextended('device.hardware:' || ? || ':' || ?, 0))",
        organization.toString(),
        hardwareId);
  }

  static void lock(Handle handle, Device device) {
    handle.execute(
        "select from device.device where organization_id = ? and id = ? for no key update",
        device.organization(),
        device.id().value());
  }

  /// Writes what the agent says of the machine; null leaves what was known.
  static Device describe(Handle handle, Device device, Device.Hardware said, Instant now) {
    return handle
        .createQuery(
            """
            update device.device d
            set model = coalesce(:model, model), os_version = coalesce(:osVersion, os_version),
              agent_version = coalesce(:agentVersion, agent_version), updated_at = :now
            where organization_id = :organization and id = :id
            returning
            """
                + COLUMNS)
        .bind("model", said.model())
        .bind("osVersion", said.osVersion())
        .bind("agentVersion", said.agentVersion())
        .bind("now", now)
        .bind("organization", device.organization())
        .bind("id", device.id().value())
        .map(DeviceStore::device)
        .one();
  }

  /// Writes what people may change of a device, which they have locked.
  static void update(Handle handle, Device device) {
    handle
        .createUpdate(
            """
            update device.device
            set name = :name, tags = :tags, status = :status, updated_at = :updatedAt
            where organization_id = :organization and id = :id
            """)
        .bind("name", device.name())
        .bindArray("tags", String.class, device.tags())
        .bind("status", device.status())
        .bind("updatedAt", device.updatedAt())
        .bind("organization", device.organization())
        .bind("id", device.id().value())
        .execute();
  }

  static Device device(ResultSet row, StatementContext context) throws SQLException {
    return new Device(
        new DeviceId(row.getObject("id", UUID.class)),
        new OrganizationId(row.getObject("organization_id", UUID.class)),
        row.getString("handle"),
        row.getString("name"),
        Platform.valueOf(row.getString("platform")),
        row.getString("type"),
        row.getString("status"),
        List.of((String[]) row.getArray("tags").getArray()),
        instant(row, "created_at"),
        instant(row, "updated_at"),
        row.getString("fingerprint"),
        new Device.Hardware(
            row.getString("hardware_id"),
            row.getString("model"),
            row.getString("os_version"),
            row.getString("agent_version")));
  }

  static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }
}
