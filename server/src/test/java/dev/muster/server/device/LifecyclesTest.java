package dev.muster.server.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.protocol.ComplianceState;
import dev.muster.protocol.Json;
import dev.muster.server.credential.DeviceTokens;
import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Role;
import dev.muster.server.policy.PolicyTenant;
import dev.muster.server.policy.PolicyWorld;
import dev.muster.server.testing.Audits;
import dev.muster.server.testing.Events;
import dev.muster.server.testing.Race;
import dev.muster.server.testing.Tenants;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // set before each test
class LifecyclesTest {
  private final PolicyWorld world = PolicyWorld.open();
  private final Database database = world.testDatabase().database();
  private final Devices devices = world.devices();
  private final Lifecycles lifecycles = world.lifecycles();
  private final DeviceTokens tokens =
      new DeviceTokens(
          database,
          world.clock(),
          Events.outbox(database, world.clock()),
          new Broadcast(database.dataSource()),
          devices,
          Audits.on(world.clock()));
  private PolicyTenant tenant;
  private Caller operator;

  @BeforeEach
  void makeOrganization() {
    tenant = world.tenant();
    operator = Tenants.person(tenant.organization(), Role.OPERATOR);
  }

  @AfterAll
  void close() {
    world.close();
  }

  @Test
  void aDeactivatedDeviceMayNotCallAndMayAgainWhenItIsActivated() {
    Device device = devices.register(operator, NewDevice.named("till").withHandle("till"));
    Caller self = self(device);

    Device stopped = lifecycles.deactivate(operator, "till").device();

    assertThat(stopped.lifecycle()).isEqualTo(Lifecycle.DEACTIVATED);
    assertThat(stopped.standing().deactivatedAt()).isEqualTo(world.clock().instant());
    refused(ErrorCode.DEVICE_DEACTIVATED, () -> speak(self, "till"));
    refused(
        ErrorCode.DEVICE_DEACTIVATED, () -> speak(Tenants.anybody(tenant.organization()), "till"));
    assertThat(devices.read(operator, "till").device()).isEqualTo(stopped);

    Device back = lifecycles.activate(operator, "till").device();

    assertThat(back.standing()).isEqualTo(Device.Standing.FRESH);
    assertThat(speak(self, "till")).isEqualTo(back);
  }

  @Test
  void repeatingAMoveChangesNothing() {
    devices.register(operator, NewDevice.named("x").withHandle("again"));

    Device first = lifecycles.deactivate(operator, "again").device();
    world.clock().advance(Duration.ofMinutes(1));
    Device second = lifecycles.deactivate(operator, "again").device();
    lifecycles.retire(operator, "again");
    world.clock().advance(Duration.ofMinutes(1));
    Device retired = lifecycles.retire(operator, "again").device();

    assertThat(second).isEqualTo(first);
    assertThat(retired.standing().retiredAt()).isBefore(world.clock().instant());
    assertThat(kinds("again"))
        .containsExactly(EventKind.RETIRED, EventKind.DEACTIVATED, EventKind.REGISTERED);
  }

  @Test
  void nothingLeadsBackFromRetirement() {
    devices.register(operator, NewDevice.named("x").withHandle("gone"));
    String group = tenant.group();
    String policy = tenant.published(1, PolicyTenant.password(6));
    lifecycles.retire(operator, "gone");

    refused(ErrorCode.DEVICE_STATE, () -> lifecycles.activate(operator, "gone"));
    refused(ErrorCode.DEVICE_STATE, () -> lifecycles.deactivate(operator, "gone"));
    refused(
        ErrorCode.DEVICE_STATE,
        () -> devices.change(operator, "gone", new Devices.Change("y", null, null, null)));
    refused(ErrorCode.DEVICE_STATE, () -> world.groups().join(operator, group, "gone"));
    refused(ErrorCode.DEVICE_STATE, () -> world.groups().joinAll(operator, group, List.of("gone")));
    refused(ErrorCode.DEVICE_STATE, () -> world.groups().leave(operator, group, "gone"));
    refused(ErrorCode.DEVICE_STATE, () -> world.assignments().assign(operator, "gone", policy));
    refused(ErrorCode.DEVICE_STATE, () -> world.assignments().unassign(operator, "gone", policy));
    refused(ErrorCode.DEVICE_STATE, () -> world.desired().override(operator, "gone", true, null));
    refused(ErrorCode.DEVICE_STATE, () -> world.desired().clearOverride(operator, "gone"));
    refused(ErrorCode.DEVICE_STATE, () -> tokens.revokeAll(operator, "gone"));
    assertThat(devices.read(operator, "gone").device().name()).isEqualTo("x");
    refused(
        ErrorCode.ALREADY_EXISTS,
        () -> devices.register(operator, NewDevice.named("x").withHandle("gone")));
  }

  @Test
  void aRetiredDeviceLeavesGroupsAssignmentsAndWhatIsCounted() {
    String group = tenant.group();
    String policy = tenant.published(1, PolicyTenant.password(6));
    String staying = tenant.device();
    String leaving = tenant.device();
    tenant.join(group, leaving);
    tenant.assign(leaving, policy);
    tenant.obey(leaving);

    lifecycles.retire(operator, leaving);

    assertThat(devices.read(operator, leaving).groups()).isEmpty();
    assertThat(world.assignments().ofDevice(operator, leaving)).isEmpty();
    assertThat(world.compliance().counts(operator).values().stream().mapToLong(n -> n).sum())
        .isEqualTo(1);
    assertThat(world.compliance().page(operator, null, null, 10))
        .extracting(row -> row.deviceId().toString())
        .containsExactly(staying);
    assertThat(listed(DeviceFilter.ALL)).containsExactly(staying);
    assertThat(listed(DeviceFilter.ALL.at(Lifecycle.RETIRED))).containsExactly(leaving);
    assertThat(listed(DeviceFilter.ALL.at(Lifecycle.ACTIVE))).containsExactly(staying);
    // what it last said is still told of it
    assertThat(world.compliance().of(operator, leaving).report()).isNotNull();
    assertThat(world.compliance().counts(operator)).containsEntry(ComplianceState.COMPLIANT, 0L);
    world.policies().archive(tenant.admin(), policy);
  }

  @Test
  void aDeactivatedDeviceIsNotWokenUntilItIsActivated() {
    String policy = tenant.published(1, PolicyTenant.password(6));
    String device = tenant.device();
    tenant.assign(device, policy);
    tenant.obey(device);
    world.wakes().run();
    lifecycles.deactivate(operator, device);

    tenant.publish(policy, PolicyTenant.password(8));
    world.wakes().run();
    assertThat(openJobs(device)).isZero();

    lifecycles.activate(operator, device);
    world.wakes().run();
    assertThat(openJobs(device)).isEqualTo(1);

    lifecycles.retire(operator, device);
    assertThat(openJobs(device)).isZero();
  }

  @Test
  void whoMayMoveADevice() {
    Caller.Person member = Tenants.person(tenant.organization(), Role.MEMBER);
    devices.register(operator, NewDevice.named("x").withHandle("theirs"));
    devices.register(operator, NewDevice.named("x").withHandle("own"));
    giveTo("own", member);
    Caller stranger = Tenants.person(Tenants.fresh(database), Role.ADMIN);

    refused(ErrorCode.FORBIDDEN, () -> lifecycles.deactivate(member, "theirs"));
    refused(ErrorCode.FORBIDDEN, () -> lifecycles.deactivate(member, "none"));
    refused(ErrorCode.NOT_FOUND, () -> lifecycles.deactivate(stranger, "theirs"));
    refused(ErrorCode.NOT_FOUND, () -> lifecycles.retire(operator, "none"));

    Device own = lifecycles.deactivate(member, "own").device();

    assertThat(own.lifecycle()).isEqualTo(Lifecycle.DEACTIVATED);
    assertThat(Objects.requireNonNull(own.owner()).name()).isEqualTo("A member");
    refused(ErrorCode.FORBIDDEN, () -> lifecycles.activate(member, "own"));
    refused(ErrorCode.FORBIDDEN, () -> lifecycles.retire(member, "own"));
  }

  @Test
  void everyMoveIsAuditedOnce() {
    Device device = devices.register(operator, NewDevice.named("x").withHandle("audited"));
    lifecycles.deactivate(operator, "audited");
    lifecycles.deactivate(operator, "audited");
    lifecycles.activate(operator, "audited");
    lifecycles.retire(operator, "audited");

    List<String> actions =
        world.sql(handle ->
            handle
                .createQuery("select action from audit.entry where target_id = ? order by id")
                .bind(0, device.handle())
                .mapTo(String.class)
                .list());

    assertThat(actions)
        .containsExactly(
            "device.registered", "device.deactivated", "device.activated", "device.retired");
  }

  /// Whatever of the moves comes first, a retired device is in no group, has no assignment and was
  /// given nothing afterwards.
  @Test
  void whoeverRacesWithRetirementGivesTheDeviceNothing() {
    String group = tenant.group();
    String policy = tenant.published(1, PolicyTenant.password(6));
    tenant.assignToGroup(tenant.group(), policy);
    for (int round = 0; round < 10; round++) {
      String device = tenant.device();
      List<ThrowingCallable> moves =
          List.of(
              () -> lifecycles.retire(operator, device),
              () -> lifecycles.deactivate(operator, device),
              () -> lifecycles.activate(operator, device),
              () -> world.assignments().assign(operator, device, policy),
              () -> world.groups().join(operator, group, device),
              () -> world.assignments().assignToGroup(operator, group, policy),
              () -> world.groups().leave(operator, group, device),
              () ->
                  devices.change(
                      operator,
                      device,
                      new Devices.Change(null, List.of("t"), null, Json.obj(Map.of()))));
      Race.times(moves.size(), i -> outcome(moves.get(i)));

      Device retired = devices.read(operator, device).device();
      assertThat(retired.lifecycle()).isEqualTo(Lifecycle.RETIRED);
      assertThat(devices.read(operator, device).groups()).isEmpty();
      assertThat(world.assignments().ofDevice(operator, device)).isEmpty();
      assertThat(kinds(device).getFirst()).isEqualTo(EventKind.RETIRED);
    }
    assertThat(listed(DeviceFilter.ALL)).isEmpty();
  }

  private static String outcome(ThrowingCallable move) {
    try {
      move.call();
      return "done";
    } catch (Refusal refusal) {
      assertThat(refusal.code()).isEqualTo(ErrorCode.DEVICE_STATE);
      return "refused";
    } catch (Throwable failure) {
      throw new AssertionError(failure);
    }
  }

  private List<String> listed(DeviceFilter filter) {
    return new DeviceLists(database, world.groups())
        .list(operator, filter, null, DeviceLists.Place.START, 100).entries().stream()
            .map(entry -> entry.device().handle())
            .toList();
  }

  private List<EventKind> kinds(String device) {
    return database.in(
        tenant.organization(),
        handle ->
            EventStore.newest(
                    handle,
                    devices.require(handle, tenant.organization(), device),
                    DeviceEvents.Range.ALL,
                    null,
                    100)
                .stream()
                .map(DeviceEvent::kind)
                .toList());
  }

  private long openJobs(String device) {
    return world.sql(handle ->
        handle
            .createQuery(
                """
                select count(*) from policy.apply_job
                where device_id = cast(? as uuid) and state in ('QUEUED', 'RUNNING')
                """)
            .bind(0, device)
            .mapTo(long.class)
            .one());
  }

  private void giveTo(String device, Caller.Person owner) {
    world.sql(handle -> {
      handle.execute(
          """
          insert into identity.users (organization_id, id, email, name, password_hash, role, created_at, updated_at)
          values (?, ?, ?, 'A member', '', 'member', now(), now())
          """,
          owner.organization(),
          owner.userId(),
          owner.userId() + "@example.org");
      return handle.execute(
          "update device.device set user_id = ? where organization_id = ? and handle = ?",
          owner.userId(),
          owner.organization(),
          device);
    });
  }

  private Caller self(Device device) {
    return new Caller.Device(tenant.organization(), device.id().value(), Ids.next());
  }

  private Device speak(Caller caller, String device) {
    return database.in(
        tenant.organization(), handle -> devices.requireSelf(handle, caller, device));
  }

  private static void refused(ErrorCode code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(code));
  }
}
