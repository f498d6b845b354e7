package dev.muster.server.watch;

import dev.muster.server.action.ActionType;
import dev.muster.server.action.Actions;
import dev.muster.server.alert.Ledger.Subject;
import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceId;
import dev.muster.server.device.DeviceStatus;
import dev.muster.server.device.Lifecycle;
import dev.muster.server.device.Statuses;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.watch.PresenceStore.Row;
import io.quarkus.logging.Log;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Has the status of devices follow whether they are heard: OFFLINE when they are silent, and back
/// to what it was when they are heard again. What somebody has said of a device meanwhile stays,
/// and so does MAINTENANCE.
///
/// Ingest only notes it, because it must not wait for those who hold devices; the statuses are
/// written afterwards, a few milliseconds later.
@Singleton
public class Presence {
  static final String JOB = "presence";
  private static final int CHUNK = 500;

  private final Database database;
  private final Statuses statuses;
  private final Actions actions;
  private volatile Runnable nudge = () -> {};

  public Presence(Database database, Statuses statuses, Actions actions) {
    this.database = database;
    this.statuses = statuses;
    this.actions = actions;
  }

  /// Calls `follow` after each commit that left something to follow.
  void onCommit(Runnable follow) {
    nudge = follow;
  }

  /// The devices are silent, as the transaction has found.
  void silent(Handle handle, List<Subject> devices) {
    say(handle, devices, true);
  }

  /// The devices, which were silent, are heard.
  void heard(Handle handle, List<Subject> devices) {
    say(handle, devices, false);
  }

  private void say(Handle handle, List<Subject> devices, boolean silent) {
    if (!devices.isEmpty()) {
      PresenceStore.say(handle, devices, silent);
      handle.afterCommit(() -> nudge.run());
    }
  }

  /// Writes all statuses that are to follow.
  void follow() {
    Subject behind = null;
    List<Subject> due;
    do {
      Subject seen = behind;
      due = database.acrossOrganizations(handle -> PresenceStore.due(handle, seen, CHUNK));
      behind = due.isEmpty() ? null : due.getLast();
      Map<OrganizationId, List<DeviceId>> devices = new LinkedHashMap<>();
      due.forEach(subject ->
          devices
              .computeIfAbsent(subject.organization(), _ -> new ArrayList<>())
              .add(subject.device()));
      devices.forEach(this::follow);
    } while (due.size() == CHUNK && !Thread.currentThread().isInterrupted());
  }

  /// What cannot be done now is due still, and holds up no other organization.
  private void follow(OrganizationId organization, List<DeviceId> devices) {
    try {
      database.in(
          organization,
          handle -> {
            follow(handle, organization, devices);
            return devices;
          });
    } catch (Refusal refusal) {
      Log.debugf("Statuses follow a little later: %s", refusal.getMessage());
    } catch (RuntimeException failure) {
      Log.warnf(failure, "Statuses of organization %s follow a little later", organization);
    }
  }

  private void follow(Handle handle, OrganizationId organization, List<DeviceId> devices) {
    Map<DeviceId, Device> held = new LinkedHashMap<>();
    statuses.hold(handle, organization, devices).forEach(device -> held.put(device.id(), device));
    Map<DeviceId, Row> rows = PresenceStore.hold(handle, organization, devices);
    Map<DeviceId, DeviceStatus> wanted = new LinkedHashMap<>();
    Map<DeviceId, Row> kept = new LinkedHashMap<>();
    List<DeviceId> gone = new ArrayList<>();
    rows.forEach((id, row) -> {
      Device device = held.get(id);
      Row left = device == null ? null : next(handle, device, row, wanted);
      if (left == null) {
        gone.add(id);
      } else {
        kept.put(id, left);
      }
    });
    PresenceStore.write(handle, organization, kept);
    PresenceStore.delete(handle, organization, gone);
    statuses.write(handle, server(organization), wanted);
  }

  private static Caller.Server server(OrganizationId organization) {
    return new Caller.Server(organization, JOB);
  }

  /// Decides on a device's status, and returns the row that is left; null for none.
  private @Nullable Row next(
      Handle handle, Device device, Row row, Map<DeviceId, DeviceStatus> wanted) {
    DeviceStatus present = DeviceStatus.valueOf(device.status());
    DeviceStatus before = row.before();
    if (row.silent()) {
      boolean follows =
          switch (present) {
            case IDLE, BUSY, UPDATING, ERROR -> device.lifecycle() == Lifecycle.ACTIVE;
            case OFFLINE, MAINTENANCE, RECOVERING -> false;
          };
      if (follows) {
        wanted.put(device.id(), DeviceStatus.OFFLINE);
        return new Row(true, before == null ? present : before);
      }
      return row;
    }
    if (before != null && present == DeviceStatus.RECOVERING) {
      if (!isPinged(handle, device)) {
        return row; // until the remedy ends
      }
      wanted.put(device.id(), restoredAfter(before));
    }
    if (before != null && present == DeviceStatus.OFFLINE) {
      wanted.put(device.id(), restored(handle, device, before));
    }
    return null;
  }

  /// Whether the remedy that runs is one against silence, which is over when the device is heard.
  private boolean isPinged(Handle handle, Device device) {
    OrganizationId organization = device.organization();
    return actions
        .findAll(
            handle,
            organization,
            actions.running(handle, organization, List.of(device.id())).values())
        .values()
        .stream()
        .anyMatch(action -> action.order().type() == ActionType.PING);
  }

  /// An action that ran when the device fell silent may be over by now.
  private DeviceStatus restored(Handle handle, Device device, DeviceStatus before) {
    return switch (before) {
      case BUSY, UPDATING ->
          actions
                  .running(handle, device.organization(), List.of(device.id()))
                  .containsKey(device.id())
              ? before
              : DeviceStatus.IDLE;
      case IDLE, ERROR, OFFLINE, MAINTENANCE, RECOVERING -> before;
    };
  }

  /// A remedy is being tried on a device, which is held.
  ///
  /// @param before the status that it had before the remedy
  public void recovering(Handle handle, Device device, DeviceStatus before) {
    PresenceStore.keep(handle, device.organization(), device.id(), before);
    statuses.write(
        handle, server(device.organization()), Map.of(device.id(), DeviceStatus.RECOVERING));
  }

  /// The remedy is over; the device, which is held, is what it is without it.
  public void recovered(Handle handle, Device device) {
    OrganizationId organization = device.organization();
    Row row = PresenceStore.hold(handle, organization, List.of(device.id())).get(device.id());
    if (row == null) {
      return;
    }
    DeviceStatus before = row.before();
    if (!row.silent()) {
      PresenceStore.delete(handle, organization, List.of(device.id()));
    }
    if (before != null && device.status().equals(DeviceStatus.RECOVERING.name())) {
      statuses.write(
          handle,
          server(organization),
          Map.of(device.id(), row.silent() ? DeviceStatus.OFFLINE : restoredAfter(before)));
    }
  }

  private static DeviceStatus restoredAfter(DeviceStatus before) {
    return switch (before) {
      case BUSY, UPDATING -> DeviceStatus.IDLE;
      case IDLE, ERROR, OFFLINE, MAINTENANCE, RECOVERING -> before;
    };
  }

  /// The device, which is held, takes no part any more.
  void end(Handle handle, Device device) {
    PresenceStore.end(handle, device.organization(), device.id());
    handle.afterCommit(() -> nudge.run());
  }

  /// Something else has said what these devices do, of which some may be silent.
  void again(Handle handle, OrganizationId organization, Collection<DeviceId> devices) {
    PresenceStore.again(handle, organization, devices);
    handle.afterCommit(() -> nudge.run());
  }
}
