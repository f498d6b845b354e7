package dev.muster.server.policy;

import dev.muster.protocol.Json;
import dev.muster.server.audit.Audit;
import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceId;
import dev.muster.server.device.Devices;
import dev.muster.server.device.EventKind;
import dev.muster.server.device.Group;
import dev.muster.server.device.Groups;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.JsonText;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import dev.muster.server.platform.Slice;
import dev.muster.server.policy.DeviceReports.Reported;
import jakarta.inject.Provider;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Who has which policy. Assigning what is assigned already changes nothing and succeeds.
@Singleton
public class Assignments {
  private final Database database;
  private final InstantSource clock;
  private final Devices devices;
  private final Groups groups;
  private final DesiredVersions desired;
  private final Provider<DeviceReports> reports;
  private final Audit audit;

  Assignments(
      Database database,
      InstantSource clock,
      Devices devices,
      Groups groups,
      DesiredVersions desired,
      Provider<DeviceReports> reports,
      Audit audit) {
    this.database = database;
    this.clock = clock;
    this.devices = devices;
    this.groups = groups;
    this.desired = desired;
    this.reports = reports;
    this.audit = audit;
  }

  /// Returns the assignment as it stands after it.
  public Assignment assign(Caller caller, String device, String policy) {
    caller.require(Right.WRITE_POLICIES);
    return database.in(
        caller.organization(),
        handle -> {
          Device found = devices.holdChangeable(handle, caller.organization(), device);
          UUID id = Policies.requireAssignable(handle, policy).id();
          var locked = desired.lock(handle, caller.organization(), List.of(found.id()));
          boolean made =
              AssignmentStore.assign(
                  handle, caller.organization(), found.id(), id, userOf(caller), clock.instant());
          changed(handle, caller.organization(), locked, id);
          if (made) {
            devices.note(handle, caller, found.id(), EventKind.POLICY_ASSIGNED, body(id));
            audit.record(handle, caller, PolicyChanges.assigned(id, to(found)));
          }
          return ofDevice(handle, caller.organization(), found.id()).stream()
              .filter(row -> row.policyId().equals(id) && row.group() == null)
              .findFirst()
              .orElseThrow();
        });
  }

  public void unassign(Caller caller, String device, String policy) {
    caller.require(Right.WRITE_POLICIES);
    database.in(
        caller.organization(),
        handle -> {
          Device found = devices.holdChangeable(handle, caller.organization(), device);
          UUID id = Policies.require(handle, policy).id();
          var locked = desired.lock(handle, caller.organization(), List.of(found.id()));
          if (!AssignmentStore.unassign(handle, caller.organization(), found.id(), id)) {
            throw Refusal.notFound("assignment");
          }
          changed(handle, caller.organization(), locked, null);
          devices.note(handle, caller, found.id(), EventKind.POLICY_UNASSIGNED, body(id));
          audit.record(handle, caller, PolicyChanges.unassigned(id, to(found)));
          return null;
        });
  }

  /// Assigns to all present and future members of a group. Returns the policy's current version.
  public int assignToGroup(Caller caller, String group, String policy) {
    caller.require(Right.WRITE_POLICIES);
    return database.in(
        caller.organization(),
        handle -> {
          Group found = groups.require(handle, caller.organization(), group);
          Policy assignable = Policies.requireAssignable(handle, policy);
          groups.lockExclusively(handle, found.id());
          var locked = lockMembers(handle, caller.organization(), found);
          boolean made =
              AssignmentStore.assign(
                  handle,
                  caller.organization(),
                  found.id(),
                  assignable.id(),
                  userOf(caller),
                  clock.instant());
          changed(handle, caller.organization(), locked, assignable.id());
          if (made) {
            audit.record(handle, caller, PolicyChanges.assigned(assignable.id(), to(found)));
          }
          return Policies.currentVersion(assignable);
        });
  }

  public void unassignFromGroup(Caller caller, String group, String policy) {
    caller.require(Right.WRITE_POLICIES);
    database.in(
        caller.organization(),
        handle -> {
          Group found = groups.require(handle, caller.organization(), group);
          UUID id = Policies.require(handle, policy).id();
          groups.lockExclusively(handle, found.id());
          var locked = lockMembers(handle, caller.organization(), found);
          if (!AssignmentStore.unassign(handle, caller.organization(), found.id(), id)) {
            throw Refusal.notFound("assignment");
          }
          changed(handle, caller.organization(), locked, null);
          audit.record(handle, caller, PolicyChanges.unassigned(id, to(found)));
          return null;
        });
  }

  /// Gives a device further policies, in the caller's transaction.
  public void assignAll(
      Handle handle, OrganizationId organization, DeviceId device, List<UUID> policies) {
    if (policies.isEmpty()) {
      return;
    }
    var locked = desired.lock(handle, organization, List.of(device));
    insert(handle, organization, device, policies);
    desired.follow(handle, organization, locked, null, Set.copyOf(policies));
    policies.forEach(policy -> Policies.requireAssignable(handle, policy.toString()));
  }

  /// Gives a device, registered in this same transaction, its first policies; it stays at version
  /// 1.
  public void assignInitially(
      Handle handle, OrganizationId organization, DeviceId device, List<UUID> policies) {
    if (policies.isEmpty()) {
      return;
    }
    insert(handle, organization, device, policies);
    desired.restart(handle, organization, device);
    policies.forEach(policy -> Policies.requireAssignable(handle, policy.toString()));
  }

  private void insert(
      Handle handle, OrganizationId organization, DeviceId device, List<UUID> policies) {
    for (UUID policy : policies) {
      AssignmentStore.assign(handle, organization, device, policy, null, clock.instant());
    }
  }

  public List<Assignment> ofDevice(Caller caller, String device) {
    caller.require(Right.READ);
    return database.snapshotOf(
        caller.organization(),
        handle ->
            ofDevice(
                handle,
                caller.organization(),
                devices.require(handle, caller.organization(), device).id()));
  }

  public Slice<Assignment> ofPolicy(Caller caller, String policy, int limit, int offset) {
    caller.require(Right.READ);
    return database.snapshotOf(
        caller.organization(),
        handle -> {
          UUID id = Policies.require(handle, policy).id();
          return new Slice<>(
              AssignmentStore.countOfPolicy(handle, id),
              derived(
                  handle,
                  caller.organization(),
                  AssignmentStore.ofPolicy(handle, id, limit, offset)));
        });
  }

  private List<Assignment> ofDevice(Handle handle, OrganizationId organization, DeviceId device) {
    return derived(handle, organization, AssignmentStore.ofDevice(handle, device));
  }

  private List<DesiredState> lockMembers(Handle handle, OrganizationId organization, Group group) {
    return desired.lock(
        handle, organization, AssignmentStore.members(handle, organization, group.id()));
  }

  /// @param policy one that was assigned; that it may be is certain only now that it is locked
  private void changed(
      Handle handle,
      OrganizationId organization,
      List<DesiredState> locked,
      @Nullable UUID policy) {
    desired.follow(
        handle, organization, locked, policy, policy == null ? Set.of() : Set.of(policy));
    if (policy != null) {
      Policies.requireAssignable(handle, policy.toString());
    }
  }

  private static Json.Obj to(Device device) {
    return Json.obj(Map.of("device_id", Json.of(device.handle())));
  }

  private static Json.Obj to(Group group) {
    return Json.obj(Map.of("group", Json.of(group.name())));
  }

  private List<Assignment> derived(
      Handle handle, OrganizationId organization, List<AssignmentStore.Row> rows) {
    List<DeviceId> ids = rows.stream().map(row -> new DeviceId(row.deviceId())).distinct().toList();
    Map<DeviceId, Reported> latest = reports.get().latest(handle, organization, ids);
    Function<AssignmentStore.Row, Assignment.Status> status =
        row -> status(row, latest.get(new DeviceId(row.deviceId())));
    return rows.stream()
        .map(row ->
            new Assignment(
                row.handle(),
                row.policyId(),
                row.policyName(),
                row.policyVersion(),
                row.groupName(),
                status.apply(row),
                row.assignedAt()))
        .toList();
  }

  private static Assignment.Status status(AssignmentStore.Row row, @Nullable Reported report) {
    if (report == null || report.version() < row.desiredVersion()) {
      return Assignment.Status.PENDING;
    }
    Set<String> own = JsonText.parseObject(row.settings()).fields().keySet();
    return Collections.disjoint(own, report.drifting())
        ? Assignment.Status.APPLIED
        : Assignment.Status.FAILED;
  }

  private static Json.Obj body(UUID policy) {
    return Json.obj(Map.of("policy_id", Json.of(policy.toString())));
  }

  static @Nullable UUID userOf(Caller caller) {
    return caller instanceof Caller.Person person ? person.userId() : null;
  }
}
