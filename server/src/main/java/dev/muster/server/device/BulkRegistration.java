package dev.muster.server.device;

import dev.muster.server.organization.Quota;
import dev.muster.server.organization.Quotas;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The rows of one bulk registration within its transaction. By the number of each row it knows the
/// device that the row makes or why it is refused.
///
/// Locks in the order of a single registration: the groups, the handles, the tally, the quota.
final class BulkRegistration {
  private final Handle handle;
  private final OrganizationId organization;
  private final Devices devices;
  private final Groups groups;
  private final Quotas quotas;
  private final NavigableMap<Integer, Device> made = new TreeMap<>();
  private final Map<DeviceId, List<GroupId>> joining = new HashMap<>();
  private final Map<Integer, Refusal> refused = new HashMap<>();

  /// Rows whose handle an earlier row has, by number, with the number of that.
  private final Map<Integer, Integer> twins = new HashMap<>();

  BulkRegistration(
      Handle handle, OrganizationId organization, Devices devices, Groups groups, Quotas quotas) {
    this.handle = handle;
    this.organization = organization;
    this.devices = devices;
    this.groups = groups;
    this.quotas = quotas;
  }

  /// Takes in what each row says, and refuses what can be refused without writing.
  void read(List<BulkRow<NewDevice>> rows) {
    Map<String, Group> known = Groups.findAll(handle, organization, groupsOf(rows));
    Map<String, Integer> byHandle = new HashMap<>();
    for (int i = 0; i < rows.size(); i++) {
      switch (rows.get(i)) {
        case BulkRow.Good<NewDevice>(NewDevice wanted) -> read(i, wanted, known, byHandle);
        case BulkRow.Bad<NewDevice>(_, Refusal refusal) -> refused.put(i, refusal);
      }
    }
  }

  private void read(
      int row, NewDevice wanted, Map<String, Group> known, Map<String, Integer> byHandle) {
    if (wanted.hardware().hardwareId() != null) {
      throw new IllegalArgumentException("hardware is registered one by one, under its lock");
    }
    try {
      Device device = devices.fresh(organization, wanted);
      List<GroupId> joined =
          Groups.requireNamed(known, wanted.groups()).stream().map(Group::id).distinct().toList();
      Integer first = byHandle.putIfAbsent(device.handle(), row);
      if (first == null) {
        made.put(row, device);
        joining.put(device.id(), joined);
      } else {
        twins.put(row, first);
      }
    } catch (Refusal refusal) {
      refused.put(row, refusal);
    }
  }

  private static Set<String> groupsOf(List<BulkRow<NewDevice>> rows) {
    Set<String> names = new HashSet<>();
    for (BulkRow<NewDevice> row : rows) {
      if (row instanceof BulkRow.Good<NewDevice>(NewDevice wanted)) {
        names.addAll(wanted.groups());
      }
    }
    return names;
  }

  /// Inserts the devices and counts them, and refuses those whose handle is taken or for which
  /// there is no room.
  void write() {
    groups.lockShared(
        handle, joining.values().stream().flatMap(Collection::stream).distinct().toList());
    Set<DeviceId> inserted = DeviceInsertStore.insertAll(handle, made.values());
    made.forEach((row, device) -> {
      if (!inserted.contains(device.id())) {
        refused.put(row, Devices.taken());
      }
    });
    made.keySet().removeAll(refused.keySet());
    if (!made.isEmpty()) {
      int shard = DeviceUsageStore.add(handle, organization, made.size());
      quotas
          .surplus(handle, organization, Quota.DEVICES)
          .ifPresent(surplus -> takeBack(surplus, shard));
    }
  }

  /// Takes back the last rows. More may be beyond the quota than are new, when it was lowered.
  private void takeBack(Quotas.Surplus surplus, int shard) {
    List<DeviceId> gone = new ArrayList<>();
    while (!made.isEmpty() && gone.size() < surplus.count()) {
      Map.Entry<Integer, Device> last = made.pollLastEntry();
      refused.put(last.getKey(), surplus.refusal());
      gone.add(last.getValue().id());
    }
    DeviceInsertStore.takeBack(handle, organization, gone);
    DeviceUsageStore.takeBack(handle, organization, shard, gone.size());
  }

  /// The devices that are registered, in the order of their rows.
  List<Device> registered() {
    return List.copyOf(made.values());
  }

  /// The registered devices of each group that they are to join.
  Map<GroupId, List<DeviceId>> joined() {
    Map<GroupId, List<DeviceId>> joined = new LinkedHashMap<>();
    for (Device device : made.values()) {
      for (GroupId group : joining.getOrDefault(device.id(), List.of())) {
        joined.computeIfAbsent(group, _ -> new ArrayList<>()).add(device.id());
      }
    }
    return joined;
  }

  List<BulkResult> results(List<BulkRow<NewDevice>> rows) {
    List<BulkResult> results = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      Device device = made.get(i);
      results.add(
          device == null
              ? new BulkResult.Refused(name(rows.get(i)), refusal(i))
              : new BulkResult.Done(device.handle(), device.status(), device.status()));
    }
    return results;
  }

  /// A row whose twin is refused too finds the same in its way.
  private Refusal refusal(int row) {
    int reason = twins.getOrDefault(row, row);
    return refused.getOrDefault(reason, Devices.taken());
  }

  private static @Nullable String name(BulkRow<NewDevice> row) {
    return switch (row) {
      case BulkRow.Good<NewDevice>(NewDevice wanted) -> wanted.handle();
      case BulkRow.Bad<NewDevice>(String name, _) -> name;
    };
  }
}
