package dev.muster.server.device;

import dev.muster.protocol.Json;
import dev.muster.server.audit.Audit;
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
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The devices of an organization. Everywhere a device is named by its handle or by its id.
@Singleton
public class Devices {
  /// A device with the names of its groups.
  public record Entry(Device device, List<String> groups) {}

  /// A device before and after somebody changed it, with nobody in between.
  public record Changed(Device before, Entry after) {}

  /// What to change of a device; null leaves it.
  ///
  /// @param attributes to merge into those that it has, by [Attributes#merged]
  public record Change(
      @Nullable String name,
      @Nullable List<String> tags,
      @Nullable DeviceStatus status,
      Json.@Nullable Obj attributes) {}

  private final Database database;
  private final InstantSource clock;
  private final Groups groups;
  private final Audit audit;
  private final Iterable<DeviceChanges> changes;

  /// `changes` is resolved at each use: who hears of changes may itself need this door.
  @Inject
  Devices(
      Database database,
      InstantSource clock,
      Groups groups,
      Audit audit,
      @Any Instance<DeviceChanges> changes) {
    this(database, clock, groups, audit, (Iterable<DeviceChanges>) changes);
  }

  public Devices(
      Database database,
      InstantSource clock,
      Groups groups,
      Audit audit,
      Iterable<DeviceChanges> changes) {
    this.database = database;
    this.clock = clock;
    this.groups = groups;
    this.audit = audit;
    this.changes = changes;
  }

  /// @throws Refusal `already exists` when the handle is taken, `invalid` when a group is unknown
  public Device register(Caller caller, NewDevice device) {
    caller.require(Right.WRITE_DEVICES);
    return database.in(
        caller.organization(),
        handle -> {
          Device registered = register(handle, caller, device);
          audit.record(
              handle,
              caller,
              dev.muster.server.audit.Change.of("device.registered", "device", registered.handle())
                  .to(registered.described()));
          return registered;
        });
  }

  /// The same within the transaction of a room that has checked its caller. A hardware id must have
  /// been looked for by [#holdByHardware] in this transaction.
  public Device register(Handle handle, Caller caller, NewDevice device) {
    OrganizationId organization = caller.organization();
    Device registered = fresh(organization, device);
    List<GroupId> joined =
        groups.requireNamed(handle, organization, device.groups()).stream()
            .map(Group::id)
            .distinct()
            .toList();
    groups.lockShared(handle, joined);
    if (!DeviceInsertStore.insert(handle, registered)) {
      throw taken();
    }
    DeviceUsageStore.add(handle, organization, 1);
    changes.forEach(heard -> heard.admitted(handle, organization));
    EventStore.append(
        handle,
        caller,
        List.of(registered.id()),
        EventKind.REGISTERED,
        announced(registered),
        registered.createdAt());
    for (GroupId group : joined) {
      groups.enter(handle, caller, group, List.of(registered.id()));
    }
    FacetStore.insert(handle, organization, List.of(registered.id()));
    changes.forEach(heard -> heard.registered(handle, organization, List.of(registered.id())));
    return registered;
  }

  static Refusal taken() {
    return Refusal.of(ErrorCode.ALREADY_EXISTS, "There is a device of this id already.");
  }

  /// What the history says of a registration.
  static Json.Obj announced(Device registered) {
    return Json.obj(
        Map.of("device_id", Json.of(registered.handle()), "name", Json.of(registered.name())));
  }

  /// The device as it would be registered, after its handle and attributes were checked.
  Device fresh(OrganizationId organization, NewDevice device) {
    if (device.handle() != null && Handles.problem(device.handle()) != null) {
      throw Refusal.invalid(
          ErrorCode.INVALID_DEVICE_ID, List.of(new Refusal.FieldError("device_id", Handles.RULE)));
    }
    DeviceId id = new DeviceId(Ids.next());
    Instant now = clock.instant();
    return new Device(
        id,
        organization,
        device.handle() == null ? id.toString() : device.handle(),
        device.name() == null ? nameOf(id, device.hardware().model()) : device.name(),
        device.platform(),
        device.type(),
        device.status().name(),
        device.tags().stream().distinct().toList(),
        now,
        now,
        device.fingerprint(),
        device.hardware(),
        Device.Standing.FRESH,
        Attributes.merged(Json.obj(Map.of()), device.attributes()),
        device.owner());
  }

  /// The end of a UUIDv7 is its random part; the beginning is the same for all of one day.
  private static String nameOf(DeviceId id, @Nullable String model) {
    String text = id.toString();
    String kind = model == null || model.isBlank() ? "Device" : model.strip();
    return kind + " " + text.substring(text.length() - 6);
  }

  public Optional<Device> find(Handle handle, OrganizationId organization, String idOrHandle) {
    Optional<UUID> id = Ids.parse(idOrHandle);
    return id.isPresent()
        ? DeviceStore.find(handle, organization, id.get())
        : DeviceStore.findByHandle(handle, organization, idOrHandle);
  }

  /// @throws Refusal `not found`
  public Device require(Handle handle, OrganizationId organization, String idOrHandle) {
    return find(handle, organization, idOrHandle).orElseThrow(() -> Refusal.notFound("device"));
  }

  /// The devices by the ids and handles that name them, in the order of these. What names none is
  /// absent.
  public Map<String, Device> findAll(
      Handle handle, OrganizationId organization, Collection<String> idsOrHandles) {
    return DeviceStore.findNamed(handle, organization, idsOrHandles);
  }

  /// The device in whatever state of its life, with its row locked (`for no key update`): until the
  /// end of the transaction nobody else changes or erases it, or gives it anything.
  ///
  /// @throws Refusal `not found`
  public Device hold(Handle handle, OrganizationId organization, String idOrHandle) {
    return DeviceStore.lock(handle, organization, idOrHandle);
  }

  /// Says what a device, which is held, is doing because of an action on it. No event and no audit
  /// entry: the action is the trace.
  public Device occupy(Handle handle, Device held, DeviceStatus status) {
    if (held.status().equals(status.name())) {
      return held;
    }
    Device occupied =
        DeviceStatusStore.write(
                handle, held.organization(), Map.of(held.id(), status), clock.instant())
            .getFirst();
    changes.forEach(heard -> heard.changed(handle, occupied));
    return occupied;
  }

  /// The device, about to be changed by the caller's transaction: it is not retired, and will not
  /// be before that ends. To be asked for before groups and what is desired are locked.
  ///
  /// @throws Refusal `not found`, or `device state` when it is retired
  public Device holdChangeable(Handle handle, OrganizationId organization, String idOrHandle) {
    Device device = require(handle, organization, idOrHandle);
    Groups.hold(handle, organization, List.of(device.id()));
    return device;
  }

  /// The device that makes one of its own calls. Any other device is forbidden to it; a person may
  /// speak for a device in open mode only.
  ///
  /// @throws Refusal `device deactivated` or `device retired`
  /// @throws Refusal `not found` when the organization has no such device, or when the caller's own
  ///   is gone: it should enroll again
  public Device requireSelf(Handle handle, Caller caller, String idOrHandle) {
    return switch (caller) {
      case Caller.Device self -> {
        Device device =
            DeviceStore.find(handle, self.organization(), self.deviceId())
                .orElseThrow(() -> Refusal.notFound("device"));
        boolean named =
            Ids.parse(idOrHandle)
                .map(id -> id.equals(self.deviceId()))
                .orElse(device.handle().equals(idOrHandle));
        if (!named) {
          var _ = require(handle, self.organization(), idOrHandle);
          throw Refusal.forbidden("A device token is good for its own device only.");
        }
        device.lifecycle().requireActive();
        yield device;
      }
      case Caller.Person person when person.open() -> {
        Device device = require(handle, person.organization(), idOrHandle);
        device.lifecycle().requireActive();
        yield device;
      }
      case Caller.Person _, Caller.Key _, Caller.Enroller _ ->
          throw Refusal.forbidden("Only the device itself, with its device token, may do this.");
      case Caller.Server server -> require(handle, server.organization(), idOrHandle);
    };
  }

  /// The device, for itself or for a person who may read.
  public Device requireSeen(Handle handle, Caller caller, String idOrHandle) {
    if (caller instanceof Caller.Device) {
      return requireSelf(handle, caller, idOrHandle);
    }
    caller.require(Right.READ);
    return require(handle, caller.organization(), idOrHandle);
  }

  /// Until the end of the transaction nobody erases the device. For who writes what refers to it,
  /// and locks other rows of it first.
  ///
  /// @throws Refusal `not found`
  public void keepThere(Handle handle, Device device) {
    if (!DeviceStore.lockKey(handle, device)) {
      throw Refusal.notFound("device");
    }
  }

  /// The same for several at once. Returns those that are there.
  public Set<UUID> keepThere(Handle handle, OrganizationId organization, Collection<UUID> devices) {
    return devices.isEmpty() ? Set.of() : DeviceStore.lockKeys(handle, organization, devices);
  }

  /// The device of this hardware that is not retired, locked. Until the end of the transaction
  /// nobody else registers the hardware.
  public Optional<Device> holdByHardware(
      Handle handle, OrganizationId organization, String hardwareId) {
    DeviceStore.lockHardware(handle, organization, hardwareId);
    return DeviceStore.findByHardware(handle, organization, hardwareId)
        .map(found -> DeviceStore.lock(handle, found))
        .filter(held -> held.lifecycle() != Lifecycle.RETIRED);
  }

  /// Notes what the agent says of the machine when it enrolls again; null leaves what was known.
  public Device describe(Handle handle, Caller caller, Device device, Device.Hardware said) {
    Device described = DeviceStore.describe(handle, device, said, clock.instant());
    FacetStore.refresh(handle, described.organization(), List.of(described.id()));
    changes.forEach(heard -> heard.changed(handle, described));
    note(handle, caller, described.id(), EventKind.ENROLLED, hardware(described.hardware()));
    return described;
  }

  private static Json.Obj hardware(Device.Hardware hardware) {
    Map<String, Json> body = new TreeMap<>();
    body.put("model", textOrNull(hardware.model()));
    body.put("os_version", textOrNull(hardware.osVersion()));
    body.put("agent_version", textOrNull(hardware.agentVersion()));
    return Json.obj(body);
  }

  private static Json textOrNull(@Nullable String text) {
    return text == null ? Json.NULL : Json.of(text);
  }

  /// Appends to the history of a device, in the transaction of the room that changes something
  /// about it.
  public void note(Handle handle, Caller caller, DeviceId device, EventKind kind, Json.Obj body) {
    EventStore.append(handle, caller, List.of(device), kind, body, clock.instant());
  }

  public Entry read(Caller caller, String idOrHandle) {
    return database.in(
        caller.organization(), handle -> entry(handle, requireSeen(handle, caller, idOrHandle)));
  }

  /// Changes name, tags, status or attributes. What is so already leaves no trace.
  ///
  /// @throws Refusal `device state` when it is retired
  public Entry change(Caller caller, String idOrHandle, Change change) {
    return changing(caller, idOrHandle, change).after();
  }

  /// The same as [#change], for who wants to know what was before.
  public Changed changing(Caller caller, String idOrHandle, Change change) {
    caller.require(Right.WRITE_DEVICES);
    OrganizationId organization = caller.organization();
    return database.in(
        organization,
        handle -> {
          Device before = DeviceStore.lock(handle, require(handle, organization, idOrHandle));
          before.lifecycle().requireChangeable();
          Device after = changed(before, change);
          Json.Obj difference = after.differingFrom(before);
          if (difference.fields().isEmpty()) {
            return new Changed(before, entry(handle, before));
          }
          Device stored = DeviceStore.update(handle, after);
          FacetStore.refresh(handle, organization, List.of(stored.id()));
          changes.forEach(heard -> heard.changed(handle, stored));
          note(handle, caller, stored.id(), EventKind.CHANGED, difference);
          audit.record(
              handle,
              caller,
              dev.muster.server.audit.Change.of("device.changed", "device", stored.handle())
                  .from(before.differingFrom(stored))
                  .to(difference));
          return new Changed(before, entry(handle, stored));
        });
  }

  private Device changed(Device device, Change change) {
    return new Device(
        device.id(),
        device.organization(),
        device.handle(),
        change.name() == null ? device.name() : change.name(),
        device.platform(),
        device.type(),
        change.status() == null ? device.status() : change.status().name(),
        change.tags() == null ? device.tags() : change.tags().stream().distinct().toList(),
        device.createdAt(),
        clock.instant(),
        device.fingerprint(),
        device.hardware(),
        device.standing(),
        change.attributes() == null
            ? device.attributes()
            : Attributes.merged(device.attributes(), change.attributes()),
        device.owner());
  }

  Entry entry(Handle handle, Device device) {
    return new Entry(
        device,
        GroupStore.namesOf(handle, device.organization(), List.of(device.id()))
            .getOrDefault(device.id(), List.of()));
  }

  /// How many devices the organization has that are not retired; costs the same for any number.
  public long count(Handle handle, OrganizationId organization) {
    return DeviceUsageStore.count(handle, organization);
  }
}
