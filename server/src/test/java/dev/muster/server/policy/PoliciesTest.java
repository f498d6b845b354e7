package dev.muster.server.policy;

import static dev.muster.server.policy.PolicyTenant.camera;
import static dev.muster.server.policy.PolicyTenant.password;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.protocol.Json;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.JsonText;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Role;
import dev.muster.server.testing.Tenants;
import dev.muster.server.testing.TestPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

@TestInstance(Lifecycle.PER_CLASS)
class PoliciesTest {
  private final PolicyWorld world = PolicyWorld.open();
  private final PolicyTenant tenant = world.tenant();

  @AfterAll
  void close() {
    world.close();
  }

  static void assertRefused(ErrorCode code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(code));
  }

  @Test
  void aNewPolicyHasNoVersion() {
    Policy policy = tenant.find(tenant.policy(7));
    assertThat(policy.currentVersion()).isNull();
    assertThat(policy.activations()).isZero();
    assertThat(policy.priority()).isEqualTo(7);
  }

  @Test
  void aNameIsTakenWhateverItsCaseUntilItsPolicyIsArchived() {
    create("Kiosk");
    assertRefused(ErrorCode.ALREADY_EXISTS, () -> create("kiosk"));
    world.policies().archive(tenant.admin(), "KIOSK");
    assertThat(create("kiosk").name()).isEqualTo("kiosk");
  }

  @Test
  void aNameMustNotReadAsDefaultsOrAsAnId() {
    assertRefused(ErrorCode.INVALID_FIELDS, () -> create("Defaults"));
    assertRefused(ErrorCode.INVALID_FIELDS, () -> create("0198c0de-0000-7000-8000-000000000000"));
  }

  private Policy create(String name) {
    return world
        .policies()
        .create(tenant.admin(), new Policies.NewPolicy(name, PolicyType.KIOSK, "", 1));
  }

  @Test
  void versionsCountFromOneAndTheNewestBecomesCurrent() {
    String policy = tenant.policy(1);
    assertThat(tenant.publish(policy, camera(true)).number()).isEqualTo(1);
    PolicyVersion second = tenant.publish(policy, camera(false));
    assertThat(second.number()).isEqualTo(2);
    assertThat(second.checksum()).isEqualTo(JsonText.hash(new Json.Obj(camera(false))));
    assertThat(tenant.find(policy).currentVersionId()).isEqualTo(second.id());
    assertThat(tenant.find(policy).activations()).isEqualTo(2);
  }

  @Test
  void publishingOnTopOfAVersionThatIsNoLongerCurrentIsRefused() {
    String policy = tenant.published(1, camera(true));
    var policies = world.policies();
    Json.Obj payload = new Json.Obj(camera(false));
    policies.publish(tenant.admin(), policy, payload, "", 1);
    assertRefused(
        ErrorCode.STALE_VERSION, () -> policies.publish(tenant.admin(), policy, payload, "", 1));
    assertThat(tenant.find(policy).currentVersion()).isEqualTo(2);
  }

  @Test
  void aChangeKeepsWhatItDoesNotName() {
    String policy =
        tenant.published(1, Map.of("cameraDisabled", Json.of(true), "minOsVersion", Json.of("14")));
    PolicyVersion changed =
        world
            .policies()
            .change(tenant.admin(), policy, password(8), List.of("minOsVersion"), "shorter");
    assertThat(changed.payload().fields())
        .isEqualTo(Map.of("cameraDisabled", Json.of(true), "passwordMinLength", Json.of(8)));
    assertThat(changed.comment()).isEqualTo("shorter");
  }

  @Test
  void theFirstChangeOfAPolicyIsItsFirstVersion() {
    String policy = tenant.policy(1);
    assertThat(
            world.policies().change(tenant.admin(), policy, camera(true), List.of(), "").number())
        .isEqualTo(1);
  }

  @Test
  void everyWrongSettingIsNamedAndNothingIsPublished() {
    String policy = tenant.policy(1);
    assertThatThrownBy(() ->
            tenant.publish(
                policy, Map.of("cameraDisabled", Json.of(1), "unheardOf", Json.of(true))))
        .isInstanceOfSatisfying(
            Refusal.class,
            refusal ->
                assertThat(refusal.fields())
                    .extracting(Refusal.FieldError::field)
                    .containsExactly("payload.cameraDisabled", "payload.unheardOf"));
    assertThat(tenant.find(policy).currentVersion()).isNull();
  }

  @Test
  void aCustomPolicyHasKeysOfItsOwn() {
    String policy = tenant.policy(PolicyType.CUSTOM, 1);
    assertThat(tenant.publish(policy, Map.of("unheardOf", Json.of(true))).number()).isEqualTo(1);
  }

  @Test
  void rollingBackReactivatesAnEarlierVersionByNumberOrId() {
    String policy = tenant.published(1, camera(true));
    PolicyVersion first = world.policies().versions(tenant.admin(), policy, 1, 0).rows().getFirst();
    PolicyVersion second = tenant.publish(policy, camera(false));
    assertThat(rollBack(policy, "1").id()).isEqualTo(first.id());
    assertThat(rollBack(policy, second.id().toString()).number()).isEqualTo(2);
    Policy after = tenant.find(policy);
    assertThat(after.currentVersionId()).isEqualTo(second.id());
    assertThat(after.activations()).isEqualTo(4);
    assertThat(world.policies().versions(tenant.admin(), policy, 50, 0).count()).isEqualTo(2);
    assertThat(world.policies().activations(tenant.admin(), policy, 50, 0).rows())
        .extracting(Activation::version, Activation::sequence, Activation::kind)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(2, 4L, Activation.Kind.ROLLED_BACK),
            org.assertj.core.groups.Tuple.tuple(1, 3L, Activation.Kind.ROLLED_BACK),
            org.assertj.core.groups.Tuple.tuple(2, 2L, Activation.Kind.PUBLISHED),
            org.assertj.core.groups.Tuple.tuple(1, 1L, Activation.Kind.PUBLISHED));
  }

  private PolicyVersion rollBack(String policy, String version) {
    return world.policies().rollBack(tenant.admin(), policy, version);
  }

  @Test
  void rollingBackToTheCurrentVersionIsRefused() {
    String policy = tenant.published(1, camera(true));
    assertRefused(ErrorCode.ALREADY_CURRENT, () -> rollBack(policy, "1"));
    assertThat(tenant.find(policy).activations()).isEqualTo(1);
  }

  @Test
  void aVersionOfAnotherPolicyIsNotFound() {
    String policy = tenant.published(1, camera(true));
    tenant.publish(policy, camera(false));
    String other = tenant.published(1, camera(true));
    var foreign = world.policies().versions(tenant.admin(), other, 1, 0).rows().getFirst().id();
    assertRefused(ErrorCode.NOT_FOUND, () -> rollBack(policy, foreign.toString()));
    assertRefused(ErrorCode.NOT_FOUND, () -> rollBack(policy, "3"));
    assertRefused(ErrorCode.NOT_FOUND, () -> rollBack(policy, "99999999999"));
    assertRefused(ErrorCode.NOT_FOUND, () -> rollBack(policy, "first"));
  }

  @Test
  void aPolicyIsNotArchivedWhileItIsAssigned() {
    String policy = tenant.published(1, camera(true));
    String device = tenant.device();
    String group = tenant.group();
    tenant.assign(device, policy);
    assertRefused(ErrorCode.POLICY_ASSIGNED, () -> archive(policy));
    tenant.unassign(device, policy);
    tenant.assignToGroup(group, policy);
    assertRefused(ErrorCode.POLICY_ASSIGNED, () -> archive(policy));
    tenant.unassignFromGroup(group, policy);
    assertThat(archive(policy).archivedAt()).isEqualTo(world.clock().instant());
  }

  @Test
  void anArchivedPolicyIsReadAndNothingElse() {
    String policy = tenant.published(1, camera(true));
    tenant.publish(policy, camera(false));
    archive(policy);
    assertRefused(ErrorCode.POLICY_ARCHIVED, () -> tenant.publish(policy, camera(true)));
    assertRefused(ErrorCode.POLICY_ARCHIVED, () -> rollBack(policy, "1"));
    assertRefused(ErrorCode.POLICY_ARCHIVED, () -> archive(policy));
    assertRefused(ErrorCode.POLICY_ARCHIVED, () -> tenant.assign(tenant.device(), policy));
    assertThat(tenant.find(policy).currentVersion()).isEqualTo(2);
  }

  private Policy archive(String policy) {
    return world.policies().archive(tenant.admin(), policy);
  }

  @Test
  void theDefaultsArePublishedAndNeverArchivedOrListed() {
    PolicyTenant fresh = world.tenant();
    Policy defaults = fresh.find("defaults");
    assertThat(defaults.defaults()).isTrue();
    assertThat(defaults.currentVersion()).isEqualTo(1);
    assertThat(world.policies().list(fresh.admin(), 50, 0).count()).isZero();
    assertThat(world.policies().list(fresh.admin(), 50, 0).rows()).isEmpty();
    assertRefused(
        ErrorCode.POLICY_ASSIGNED, () -> world.policies().archive(fresh.admin(), "defaults"));
  }

  @Test
  void whoMayOnlyReadIsForbiddenEveryChange() {
    var viewer = Tenants.person(tenant.organization(), Role.VIEWER);
    String policy = tenant.published(1, camera(true));
    var policies = world.policies();
    assertRefused(
        ErrorCode.FORBIDDEN,
        () -> policies.publish(viewer, policy, new Json.Obj(camera(true)), "", null));
    assertRefused(ErrorCode.FORBIDDEN, () -> policies.rollBack(viewer, policy, "1"));
    assertRefused(ErrorCode.FORBIDDEN, () -> policies.archive(viewer, policy));
    assertThat(policies.find(viewer, policy).currentVersion()).isEqualTo(1);
  }

  @Test
  void anotherOrganizationsPolicyIsNotFound() {
    String policy = tenant.published(1, camera(true));
    PolicyTenant other = world.tenant();
    assertRefused(ErrorCode.NOT_FOUND, () -> other.find(policy));
    assertRefused(ErrorCode.NOT_FOUND, () -> other.publish(policy, camera(false)));
    String device = other.device();
    assertRefused(ErrorCode.NOT_FOUND, () -> other.assign(device, policy));
  }

  @Test
  void noRowOfAVersionOrActivationIsEverChangedByWhomeverItIs() throws SQLException {
    tenant.published(1, camera(true));
    for (String change :
        List.of(
            "update policy.version set comment = 'x'",
            "delete from policy.version",
            "update policy.activation set kind = 'ROLLED_BACK'",
            "delete from policy.activation")) {
      assertThatThrownBy(() -> world.sql(handle -> handle.execute(change)))
          .hasMessageContaining("never changed");
      try (Connection superuser = TestPostgres.superuser(world.testDatabase().name());
          Statement statement = superuser.createStatement()) {
        assertThatThrownBy(() -> statement.execute(change)).hasMessageContaining("never changed");
      }
    }
  }
}
