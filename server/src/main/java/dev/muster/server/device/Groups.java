package dev.muster.server.device;

import dev.muster.protocol.Json;
import dev.muster.server.audit.Audit;
import dev.muster.server.audit.Change;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// Static groups, and who is in them.
///
/// Locks: joining and leaving hold the devices and then the groups shared, giving a policy to a
/// group takes it exclusively. So a device cannot slip into a group while what the group gives is
/// being changed or while it is being retired, and many may join at once.
@Singleton
public class Groups {
  /// Devices that one call may add to a group.
  static final int MOST_AT_ONCE = 1_000;

  private static final String GROUP = "group";

  private final Database database;
  private final InstantSource clock;
  private final Iterable<DeviceChanges> changes;
  private final Audit audit;

  /// `changes` is resolved at each use: who hears of changes may itself need this door.
  @Inject
  Groups(
      Database database, InstantSource clock, @Any Instance<DeviceChanges> changes, Audit audit) {
    this(database, clock, (Iterable<DeviceChanges>) changes, audit);
  }

  public Groups(
      Database database, InstantSource clock, Iterable<DeviceChanges> changes, Audit audit) {
    this.database = database;
    this.clock = clock;
    this.changes = changes;
    this.audit = audit;
  }

  public Group create(Caller caller, String name) {
    caller.require(Right.WRITE_DEVICES);
    if (Ids.parse(name).isPresent()) {
      throw Refusal.invalid("name", "must not have the form of a UUID");
    }
    Group group = new Group(new GroupId(Ids.next()), caller.organization(), name, clock.instant());
    return database.in(
        caller.organization(),
        handle -> {
          if (!GroupStore.insert(handle, group)) {
            throw Refusal.of(ErrorCode.ALREADY_EXISTS, "There is a group of this name already.");
          }
          audit.record(
              handle,
              caller,
              Change.of("group.created", GROUP, group.id())
                  .to(Json.obj(Map.of("name", Json.of(name)))));
          return group;
        });
  }

  /// Groups in the order of their names, and how many there are in all.
  public record Listed(long count, List<Group> groups) {}

  public Listed list(Caller caller, int offset, int limit) {
    caller.require(Right.READ);
    OrganizationId organization = caller.organization();
    return database.in(
        organization,
        handle ->
            new Listed(
                GroupStore.count(handle, organization),
                GroupStore.list(handle, organization, offset, limit)));
  }

  /// Puts a device into a group; nothing changes when it is in it already.
  public void join(Caller caller, String groupIdOrName, String deviceIdOrHandle) {
    caller.require(Right.WRITE_DEVICES);
    OrganizationId organization = caller.organization();
    database.in(
        organization,
        handle -> {
          Group group = require(handle, organization, groupIdOrName);
          join(handle, caller, group, List.of(holdDevice(handle, organization, deviceIdOrHandle)));
          return null;
        });
  }

  /// Puts devices into a group; those that are in it already stay. All of them or, when one is
  /// unknown, none.
  public void joinAll(Caller caller, String groupIdOrName, List<String> deviceIdsOrHandles) {
    caller.require(Right.WRITE_DEVICES);
    OrganizationId organization = caller.organization();
    database.in(
        organization,
        handle -> {
          Group group = require(handle, organization, groupIdOrName);
          List<Device> devices = requireAll(handle, organization, deviceIdsOrHandles);
          holdExclusively(handle, organization, devices.stream().map(Device::id).toList());
          join(handle, caller, group, devices);
          return null;
        });
  }

  /// Puts one device, which is held, into several groups, within the caller's transaction and
  /// without asking for a right: for rooms that have asked.
  public void join(Handle handle, Caller caller, DeviceId device, Collection<GroupId> groups) {
    lockShared(handle, groups);
    boolean changed = false;
    for (GroupId id : new LinkedHashSet<>(groups)) {
      changed |= !enter(handle, caller, id, List.of(device)).isEmpty();
    }
    if (changed) {
      FacetStore.refresh(handle, caller.organization(), List.of(device));
      changes.forEach(
          heard -> heard.membershipChanged(handle, caller.organization(), List.of(device)));
    }
  }

  /// Takes a device out of a group; nothing changes when it is not in it.
  public void leave(Caller caller, String groupIdOrName, String deviceIdOrHandle) {
    caller.require(Right.WRITE_DEVICES);
    OrganizationId organization = caller.organization();
    database.in(
        organization,
        handle -> {
          Group group = require(handle, organization, groupIdOrName);
          Device device = holdDevice(handle, organization, deviceIdOrHandle);
          lockShared(handle, List.of(group.id()));
          if (GroupStore.leave(handle, organization, group.id(), device.id())) {
            tell(handle, caller, EventKind.LEFT, group, List.of(device.id()));
            audit.record(
                handle,
                caller,
                Change.of("group.members_removed", GROUP, group.id())
                    .from(members(List.of(device))));
          }
          return null;
        });
  }

  public Optional<Group> find(Handle handle, OrganizationId organization, String idOrName) {
    Optional<UUID> id = Ids.parse(idOrName);
    return id.isPresent()
        ? GroupStore.find(handle, organization, id.get())
        : GroupStore.findByName(handle, organization, idOrName);
  }

  /// @throws Refusal `not found`
  public Group require(Handle handle, OrganizationId organization, String idOrName) {
    return find(handle, organization, idOrName).orElseThrow(() -> Refusal.notFound("group"));
  }

  /// Those of the groups that are there. Until the end of the transaction nobody deletes them.
  public Set<UUID> keepThere(Handle handle, OrganizationId organization, Collection<UUID> groups) {
    return groups.isEmpty() ? Set.of() : GroupStore.lockKeys(handle, organization, groups);
  }

  /// The groups of each of the devices; one that is in none is absent.
  public Map<DeviceId, List<GroupId>> of(
      Handle handle, OrganizationId organization, Collection<DeviceId> devices) {
    return GroupStore.groupsOf(handle, organization, devices);
  }

  /// The groups that a body's field `groups` names.
  ///
  /// @throws Refusal `invalid`, with every one that is unknown
  public List<Group> requireNamed(
      Handle handle, OrganizationId organization, List<String> idsOrNames) {
    return requireNamed(findAll(handle, organization, idsOrNames), idsOrNames);
  }

  /// The same when the groups that there are have been looked up before.
  static List<Group> requireNamed(Map<String, Group> known, List<String> idsOrNames) {
    List<Group> groups = new ArrayList<>();
    List<Refusal.FieldError> unknown = new ArrayList<>();
    for (int i = 0; i < idsOrNames.size(); i++) {
      Group group = known.get(idsOrNames.get(i));
      if (group == null) {
        unknown.add(
            new Refusal.FieldError("groups[" + i + "]", "is no group of this organization"));
      } else {
        groups.add(group);
      }
    }
    if (!unknown.isEmpty()) {
      throw Refusal.invalid(unknown);
    }
    return groups;
  }

  /// The groups by the ids and names that name them; what names none is absent.
  static Map<String, Group> findAll(
      Handle handle, OrganizationId organization, Collection<String> idsOrNames) {
    return idsOrNames.isEmpty() ? Map.of() : GroupStore.findNamed(handle, organization, idsOrNames);
  }

  /// Those of the devices that are in the group.
  public Set<DeviceId> membersAmong(
      Handle handle, OrganizationId organization, GroupId group, Collection<DeviceId> devices) {
    return GroupStore.membersAmong(handle, organization, group, devices);
  }

  /// Until the end of the transaction nobody changes what these groups give. Taken before any lock
  /// on policies or on what is desired of devices, and always all at once.
  public void lockShared(Handle handle, Collection<GroupId> groups) {
    GroupStore.lockShared(handle, groups);
  }

  /// Until the end of the transaction nobody joins or leaves the group, and nobody else changes
  /// what it gives.
  public void lockExclusively(Handle handle, GroupId group) {
    GroupStore.lockExclusively(handle, group);
  }

  /// Writes that devices are in a group, and tells nobody but their history; their facets are to
  /// follow. Returns those that were not in it.
  List<DeviceId> enter(Handle handle, Caller caller, GroupId group, List<DeviceId> devices) {
    List<DeviceId> joined = GroupStore.join(handle, caller.organization(), group, devices);
    if (!joined.isEmpty()) {
      Json.Obj body = Json.obj(Map.of("group", Json.of(group.toString())));
      EventStore.append(handle, caller, joined, EventKind.JOINED, body, clock.instant());
    }
    return joined;
  }

  private void join(Handle handle, Caller caller, Group group, List<Device> devices) {
    lockShared(handle, List.of(group.id()));
    Set<DeviceId> joined =
        Set.copyOf(
            GroupStore.join(
                handle,
                group.organization(),
                group.id(),
                devices.stream().map(Device::id).toList()));
    if (joined.isEmpty()) {
      return;
    }
    tell(handle, caller, EventKind.JOINED, group, List.copyOf(joined));
    List<Device> added = devices.stream().filter(device -> joined.contains(device.id())).toList();
    audit.record(
        handle, caller, Change.of("group.members_added", GROUP, group.id()).to(members(added)));
  }

  private static Json.Obj members(List<Device> devices) {
    return Json.obj(
        Map.of("device_ids", Json.texts(devices.stream().map(Device::handle).toList())));
  }

  private void tell(
      Handle handle, Caller caller, EventKind kind, Group group, List<DeviceId> devices) {
    OrganizationId organization = group.organization();
    Json.Obj body = Json.obj(Map.of("group", Json.of(group.id().toString())));
    EventStore.append(handle, caller, devices, kind, body, clock.instant());
    FacetStore.refresh(handle, organization, devices);
    changes.forEach(heard -> heard.membershipChanged(handle, organization, devices));
  }

  private static Device holdDevice(Handle handle, OrganizationId organization, String idOrHandle) {
    Device device =
        Ids.parse(idOrHandle)
            .map(id -> DeviceStore.find(handle, organization, id))
            .orElseGet(() -> DeviceStore.findByHandle(handle, organization, idOrHandle))
            .orElseThrow(() -> Refusal.notFound("device"));
    holdExclusively(handle, organization, List.of(device.id()));
    return device;
  }

  /// Until the end of the transaction none of the devices is retired; before any group is locked.
  ///
  /// @throws Refusal `device state` when one is already
  static void hold(Handle handle, OrganizationId organization, Collection<DeviceId> devices) {
    requireChangeable(DeviceStore.lockShared(handle, organization, devices), devices);
  }

  /// The same, and nobody else changes them meanwhile: two who bring the facets of one device up to
  /// date at once would wait for each other.
  private static void holdExclusively(
      Handle handle, OrganizationId organization, Collection<DeviceId> devices) {
    requireChangeable(DeviceStore.lockExclusively(handle, organization, devices), devices);
  }

  private static void requireChangeable(List<DeviceStore.Held> held, Collection<DeviceId> devices) {
    if (held.size() < Set.copyOf(devices).size()) {
      throw Refusal.notFound("device"); // erased since it was looked for
    }
    List<String> retired =
        held.stream().filter(DeviceStore.Held::retired).map(DeviceStore.Held::handle).toList();
    if (retired.size() == 1 && devices.size() == 1) {
      Lifecycle.RETIRED.requireChangeable();
    }
    if (!retired.isEmpty()) {
      throw Refusal.of(
          ErrorCode.DEVICE_STATE,
          "Nothing was changed, because these are retired: " + String.join(", ", retired) + ".");
    }
  }

  private static List<Device> requireAll(
      Handle handle, OrganizationId organization, List<String> idsOrHandles) {
    Map<String, Device> named = DeviceStore.findNamed(handle, organization, idsOrHandles);
    List<Refusal.FieldError> unknown = new ArrayList<>();
    Set<Device> found = new LinkedHashSet<>();
    for (int i = 0; i < idsOrHandles.size(); i++) {
      Device device = named.get(idsOrHandles.get(i));
      if (device == null) {
        unknown.add(
            new Refusal.FieldError("device_ids[" + i + "]", "is no device of this organization"));
      } else {
        found.add(device);
      }
    }
    if (!unknown.isEmpty()) {
      throw Refusal.invalid(unknown);
    }
    return List.copyOf(found);
  }
}
