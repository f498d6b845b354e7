package dev.muster.server.batch;

import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceFilter;
import dev.muster.server.device.DeviceId;
import dev.muster.server.device.DeviceLists;
import dev.muster.server.device.Devices;
import dev.muster.server.device.Group;
import dev.muster.server.device.GroupId;
import dev.muster.server.device.Groups;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Refusal.FieldError;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Finds the devices that are meant.
@Singleton
final class Selections {
  static final int MOST = 50_000;
  private static final int STEP = 1_000;

  /// As PostgreSQL compares them, so that whoever locks several devices does so in one order.
  private static final Comparator<DeviceId> BY_ID = Comparator.comparing(DeviceId::toString);

  private final Devices devices;
  private final Groups groups;
  private final DeviceLists lists;

  Selections(Devices devices, Groups groups, DeviceLists lists) {
    this.devices = devices;
    this.groups = groups;
    this.lists = lists;
  }

  /// Each once, by id.
  ///
  /// @throws Refusal `invalid fields` for devices and groups that there are not, and for more than
  ///   50,000 devices
  List<DeviceId> find(Handle handle, OrganizationId organization, Selector selector) {
    return switch (selector) {
      case Selector.Named named -> {
        requireSize("device_ids", named.devices(), Selector.Named.MOST);
        yield named(handle, organization, named.devices());
      }
      case Selector.InGroups in -> {
        requireSize("groups", in.groups(), Selector.InGroups.MOST);
        List<GroupId> ids =
            groups.requireNamed(handle, organization, in.groups()).stream().map(Group::id).toList();
        yield walk(handle, organization, DeviceFilter.ALL, ids, "groups");
      }
      case Selector.Found found -> walk(handle, organization, found.filter(), List.of(), "filter");
    };
  }

  private static void requireSize(String field, List<String> names, int most) {
    if (names.isEmpty() || names.size() > most) {
      throw Refusal.invalid(field, "must have 1 to " + most + " names");
    }
  }

  private List<DeviceId> named(Handle handle, OrganizationId organization, List<String> names) {
    Map<String, Device> found = devices.findAll(handle, organization, names);
    List<FieldError> unknown = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      if (!found.containsKey(names.get(i))) {
        unknown.add(new FieldError("device_ids[" + i + "]", "is no device"));
      }
    }
    if (!unknown.isEmpty()) {
      throw Refusal.invalid(unknown);
    }
    return found.values().stream().map(Device::id).distinct().sorted(BY_ID).toList();
  }

  private List<DeviceId> walk(
      Handle handle,
      OrganizationId organization,
      DeviceFilter filter,
      List<GroupId> anyOf,
      String field) {
    List<DeviceId> found = new ArrayList<>();
    @Nullable DeviceId after = null;
    do {
      DeviceLists.Chunk chunk = lists.idsAfter(handle, organization, filter, anyOf, after, STEP);
      found.addAll(chunk.ids());
      after = chunk.next();
      if (found.size() > MOST) {
        throw Refusal.invalid(
            field, "must find 50000 devices at the most; make several batches of it");
      }
    } while (after != null);
    return found;
  }
}
