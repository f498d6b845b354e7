package dev.muster.server.device;

import dev.muster.protocol.Platform;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.JsonText;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/// The SQL of devices.
final class DeviceStore {
  static final String COLUMNS =
      """
      d.id, d.organization_id, d.handle, d.name, d.platform, d.type, d.status, d.tags, d.created_at,
      d.updated_at, d.fingerprint, d.hardware_id, d.model, d.os_version, d.agent_version,
      d.lifecycle, d.deactivated_at, d.retired_at, d.attributes::text, d.user_id,
      (select u.name from identity.users u
       where u.organization_id = d.organization_id and u.id = d.user_id) as user_name
      """;

  private DeviceStore() {}

  /// What the device is sorted and found by: the beginning of its name, in lower case.
  static String nameKey(Device device) {
    String name = device.name().toLowerCase(Locale.ROOT);
    return name.codePoints()
        .limit(128)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
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

  /// The devices by the ids and handles that name them, in the order of these.
  static Map<String, Device> findNamed(
      Handle handle, OrganizationId organization, Collection<String> idsOrHandles) {
    Map<String, Device> byName = new HashMap<>();
    Set<UUID> ids = new LinkedHashSet<>();
    idsOrHandles.forEach(name -> Ids.parse(name).ifPresent(ids::add));
    for (Device device : findAll(handle, organization, ids, idsOrHandles)) {
      byName.put(device.handle(), device);
      byName.put(device.id().toString(), device);
    }
    Map<String, Device> found = new LinkedHashMap<>();
    for (String name : idsOrHandles) {
      Device device = byName.get(Ids.parse(name).map(UUID::toString).orElse(name));
      if (device != null) {
        found.put(name, device);
      }
    }
    return found;
  }

  /// The device of this hardware that is not retired.
  static Optional<Device> findByHardware(
      Handle handle, OrganizationId organization, String hardwareId) {
    return handle
        .createQuery(
            "select "
                + COLUMNS
                + """
                from device.device d
                where d.organization_id = :organization and d.hardware_id = :hardwareId
                  and d.lifecycle <> 'RETIRED'
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

  /// Locks the key of the row alone, as a foreign key does that refers to it. Whether it is there.
  static boolean lockKey(Handle handle, Device device) {
    return handle
        .createQuery(
            """
            select true from device.device
            where organization_id = :organization and id = :id for key share
            """)
        .bind("organization", device.organization())
        .bind("id", device.id().value())
        .mapTo(Boolean.class)
        .findOne()
        .isPresent();
  }

  /// The same for several, in the order of their ids. Returns those that are there.
  static Set<UUID> lockKeys(Handle handle, OrganizationId organization, Collection<UUID> devices) {
    return handle
        .createQuery(
            """
            select id from device.device
            where organization_id = :organization and id = any(:ids) order by id for key share
            """)
        .bind("organization", organization)
        .bindArray("ids", UUID.class, devices)
        .mapTo(UUID.class)
        .collectIntoSet();
  }

  /// Holds the device against every other change, and returns it as it is then.
  static Device lock(Handle handle, Device device) {
    return handle
        .createQuery(
            "select "
                + COLUMNS
                + """
                from device.device d where d.organization_id = :organization and d.id = :id
                for no key update of d
                """)
        .bind("organization", device.organization())
        .bind("id", device.id().value())
        .map(DeviceStore::device)
        .findOne()
        .orElseThrow(() -> Refusal.notFound("device")); // erased since it was read
  }

  /// The same for the device that an id or a handle names.
  static Device lock(Handle handle, OrganizationId organization, String idOrHandle) {
    Optional<UUID> id = Ids.parse(idOrHandle);
    return handle
        .createQuery(
            "select "
                + COLUMNS
                + "from device.device d where d.organization_id = :organization and d."
                + (id.isPresent() ? "id = cast(:name as uuid)" : "handle = :name")
                + " for no key update of d")
        .bind("organization", organization)
        .bind("name", idOrHandle)
        .map(DeviceStore::device)
        .findOne()
        .orElseThrow(() -> Refusal.notFound("device"));
  }

  /// The same for many, in the order of their ids, without those that are gone.
  static List<Device> lockAll(
      Handle handle, OrganizationId organization, Collection<DeviceId> devices) {
    return handle
        .createQuery(
            "select "
                + COLUMNS
                + """
                from device.device d where d.organization_id = :organization and d.id = any(:ids)
                order by d.id for no key update of d
                """)
        .bind("organization", organization)
        .bindArray("ids", UUID.class, devices.stream().map(DeviceId::value).toList())
        .map(DeviceStore::device)
        .list();
  }

  /// A device that is locked.
  record Held(String handle, boolean retired) {}

  /// Holds the devices as they are in their lives, in the order of their ids. Those that are gone
  /// are not returned.
  static List<Held> lockShared(
      Handle handle, OrganizationId organization, Collection<DeviceId> devices) {
    return lock(handle, organization, devices, "for share");
  }

  /// The same, and nobody else changes them either: for who brings their facets up to date.
  static List<Held> lockExclusively(
      Handle handle, OrganizationId organization, Collection<DeviceId> devices) {
    return lock(handle, organization, devices, "for no key update");
  }

  private static List<Held> lock(
      Handle handle, OrganizationId organization, Collection<DeviceId> devices, String strength) {
    return handle
        .createQuery(
            """
            select handle, lifecycle from device.device
            where organization_id = :organization and id = any(:ids)
            order by id
            """
                + strength)
        .bind("organization", organization)
        .bindArray("ids", UUID.class, devices.stream().map(DeviceId::value).toList())
        .map((row, _) ->
            new Held(
                row.getString("handle"),
                Lifecycle.valueOf(row.getString("lifecycle")) == Lifecycle.RETIRED))
        .list();
  }

  /// Writes the lifecycle of a device, which is locked.
  static Device move(Handle handle, Device device, Device.Standing standing, Instant now) {
    return handle
        .createQuery(
            """
            update device.device d
            set lifecycle = :lifecycle, deactivated_at = :deactivatedAt, retired_at = :retiredAt, updated_at = :now
            where organization_id = :organization and id = :id
            returning
            """
                + COLUMNS)
        .bind("lifecycle", standing.lifecycle().name())
        .bindByType("deactivatedAt", standing.deactivatedAt(), Instant.class)
        .bindByType("retiredAt", standing.retiredAt(), Instant.class)
        .bind("now", now)
        .bind("organization", device.organization())
        .bind("id", device.id().value())
        .map(DeviceStore::device)
        .one();
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

  /// Writes what people may change of a device, which is locked.
  static Device update(Handle handle, Device device) {
    return handle
        .createQuery(
            """
            update device.device d
            set name = :name, name_key = :nameKey, tags = :tags, status = :status, attributes = cast(:attributes as jsonb),
              updated_at = :updatedAt
            where organization_id = :organization and id = :id
            returning
            """
                + COLUMNS)
        .bind("name", device.name())
        .bind("nameKey", nameKey(device))
        .bindArray("tags", String.class, device.tags())
        .bind("status", device.status())
        .bind("attributes", device.attributes().canonical())
        .bind("updatedAt", device.updatedAt())
        .bind("organization", device.organization())
        .bind("id", device.id().value())
        .map(DeviceStore::device)
        .one();
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
            row.getString("agent_version")),
        new Device.Standing(
            Lifecycle.valueOf(row.getString("lifecycle")),
            instantOrNull(row, "deactivated_at"),
            instantOrNull(row, "retired_at")),
        JsonText.parseObject(row.getString("attributes")),
        owner(row));
  }

  private static Device.@Nullable Owner owner(ResultSet row) throws SQLException {
    UUID id = row.getObject("user_id", UUID.class);
    return id == null ? null : new Device.Owner(id, row.getString("user_name"));
  }

  private static @Nullable Instant instantOrNull(ResultSet row, String column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }

  static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }
}
