package dev.muster.server.policy;

import static dev.muster.server.policy.PoliciesTest.assertRefused;
import static dev.muster.server.policy.PolicyTenant.camera;
import static dev.muster.server.policy.PolicyTenant.password;
import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.protocol.Json;
import dev.muster.protocol.Platform;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.policy.Assignment.Status;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

@TestInstance(Lifecycle.PER_CLASS)
class AssignmentsTest {
  private final PolicyWorld world = PolicyWorld.open();
  private final PolicyTenant tenant = world.tenant();

  @AfterAll
  void close() {
    world.close();
  }

  @Test
  void assigningRaisesTheVersionByOneHoweverManyActivationsThePolicyHas() {
    String policy = tenant.published(1, password(6));
    tenant.publish(policy, password(7));
    tenant.publish(policy, password(8));
    String device = tenant.device();
    Assignment assignment = world.assignments().assign(tenant.admin(), device, policy);
    assertThat(assignment.status()).isEqualTo(Status.PENDING);
    assertThat(assignment.version()).isEqualTo(3);
    assertThat(tenant.version(device)).isEqualTo(2);
    tenant.unassign(device, policy);
    assertThat(tenant.version(device)).isEqualTo(3);
    assertThat(tenant.settings(device)).isEqualTo(camera(true));
  }

  @Test
  void assigningAgainChangesNothing() {
    String policy = tenant.published(1, password(6));
    String device = tenant.device();
    String group = tenant.group();
    tenant.join(group, device);
    tenant.assign(device, policy);
    tenant.assign(device, policy);
    tenant.assignToGroup(group, policy);
    tenant.assignToGroup(group, policy);
    assertThat(tenant.version(device)).isEqualTo(2);
  }

  @Test
  void aPolicyThatComesTwiceCountsOnceAndStaysUntilTheLastWayIsGone() {
    String policy = tenant.published(1, password(6));
    String device = tenant.device();
    String one = tenant.group();
    String two = tenant.group();
    tenant.join(one, device);
    tenant.join(two, device);
    assertThat(tenant.version(device)).isEqualTo(1);
    tenant.assignToGroup(one, policy);
    tenant.assignToGroup(two, policy);
    tenant.assign(device, policy);
    assertThat(tenant.version(device)).isEqualTo(2);
    tenant.publish(policy, password(7));
    assertThat(tenant.version(device)).isEqualTo(3);
    tenant.unassign(device, policy);
    tenant.leave(one, device);
    assertThat(tenant.version(device)).isEqualTo(3);
    tenant.unassignFromGroup(two, policy);
    assertThat(tenant.version(device)).isEqualTo(4);
    assertThat(tenant.settings(device)).isEqualTo(camera(true));
  }

  @Test
  void joiningAndLeavingAGroupBringAndTakeItsPolicies() {
    String policy = tenant.published(1, password(6));
    String group = tenant.group();
    tenant.assignToGroup(group, policy);
    String device = tenant.device();
    tenant.join(group, device);
    tenant.join(group, device);
    assertThat(tenant.version(device)).isEqualTo(2);
    assertThat(tenant.settings(device)).containsKey("passwordMinLength");
    tenant.leave(group, device);
    assertThat(tenant.version(device)).isEqualTo(3);
    assertThat(tenant.settings(device)).doesNotContainKey("passwordMinLength");
  }

  @Test
  void whatConcernsAnotherDeviceRaisesNothing() {
    String bystander = tenant.device();
    String policy = tenant.published(1, password(6));
    String device = tenant.device();
    String group = tenant.group();
    tenant.assign(device, policy);
    tenant.join(group, device);
    tenant.assignToGroup(group, tenant.published(2, camera(false)));
    tenant.override(device, camera(false));
    assertThat(tenant.version(bystander)).isEqualTo(1);
  }

  @Test
  void devicesOfTheSamePoliciesShareOneSet() {
    String policy = tenant.published(1, password(6));
    String direct = tenant.device();
    String member = tenant.device();
    String group = tenant.group();
    tenant.assign(direct, policy);
    tenant.assignToGroup(group, policy);
    tenant.join(group, member);
    assertThat(
            world.<Long>sql(handle ->
                handle
                    .createQuery(
                        "select count(distinct set_id) from policy.desired where device_id in (:a, :b)")
                    .bind("a", PolicyTenant.id(direct).value())
                    .bind("b", PolicyTenant.id(member).value())
                    .mapTo(Long.class)
                    .one()))
        .isEqualTo(1);
  }

  @Test
  void aPolicyWithoutAVersionCannotBeAssigned() {
    String device = tenant.device();
    String group = tenant.group();
    String policy = tenant.policy(1);
    assertRefused(ErrorCode.NO_VERSION, () -> tenant.assign(device, policy));
    assertRefused(ErrorCode.NO_VERSION, () -> tenant.assignToGroup(group, policy));
    assertThat(tenant.version(device)).isEqualTo(1);
  }

  @Test
  void takingAwayWhatIsNotAssignedIsNotFound() {
    String device = tenant.device();
    String policy = tenant.published(1, password(6));
    assertRefused(ErrorCode.NOT_FOUND, () -> tenant.unassign(device, policy));
    assertRefused(ErrorCode.NOT_FOUND, () -> tenant.unassignFromGroup(tenant.group(), policy));
  }

  @Test
  void theDefaultsCannotBeTakenAwayByAssigningAndUnassigningThem() {
    String device = tenant.device();
    tenant.assign(device, "defaults");
    assertThat(tenant.version(device)).isEqualTo(1);
    tenant.unassign(device, "defaults");
    assertThat(tenant.version(device)).isEqualTo(1);
    assertThat(tenant.settings(device)).isEqualTo(camera(true));
  }

  @Test
  void anAssignmentIsPendingUntilTheDesiredVersionIsReported() {
    String device = tenant.device();
    String policy = tenant.published(1, password(6));
    tenant.assign(device, policy);
    assertThat(status(device)).isEqualTo(Status.PENDING);
    tenant.report(device, 1, camera(true));
    assertThat(status(device)).isEqualTo(Status.PENDING);
    tenant.obey(device);
    assertThat(status(device)).isEqualTo(Status.APPLIED);
    tenant.publish(policy, password(12));
    assertThat(status(device)).isEqualTo(Status.PENDING);
  }

  @Test
  void anAssignmentHasFailedWhenASettingOfItsOwnDiffers() {
    String device = tenant.device();
    String kept = tenant.published(1, password(6));
    String broken = tenant.published(1, Map.of("minOsVersion", Json.of("14")));
    tenant.assign(device, kept);
    tenant.assign(device, broken);
    tenant.report(
        device,
        3,
        Map.of(
            "cameraDisabled", Json.of(true),
            "passwordMinLength", Json.of(6),
            "minOsVersion", Json.of("13")));
    assertThat(world.assignments().ofDevice(tenant.admin(), device))
        .extracting(row -> row.policyId().toString(), Assignment::status)
        .containsExactlyInAnyOrder(
            org.assertj.core.groups.Tuple.tuple(kept, Status.APPLIED),
            org.assertj.core.groups.Tuple.tuple(broken, Status.FAILED));
  }

  private Status status(String device) {
    List<Assignment> rows = world.assignments().ofDevice(tenant.admin(), device);
    assertThat(rows).hasSize(1);
    return rows.getFirst().status();
  }

  @Test
  void theDevicesOfAPolicyAreListedWithTheWayItComes() {
    String policy = tenant.published(1, password(6));
    String group = tenant.group();
    String device = tenant.device(Platform.LINUX, group);
    tenant.assign(device, policy);
    tenant.assignToGroup(group, policy);
    var slice = world.assignments().ofPolicy(tenant.admin(), policy, 50, 0);
    assertThat(slice.count()).isEqualTo(2);
    assertThat(slice.rows()).extracting(Assignment::device).containsOnly(device);
    assertThat(slice.rows().getFirst().group()).isNull();
    assertThat(slice.rows().getLast().group()).isNotNull();
  }
}
