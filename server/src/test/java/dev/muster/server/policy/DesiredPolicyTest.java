package dev.muster.server.policy;

import static dev.muster.server.policy.PoliciesTest.assertRefused;
import static dev.muster.server.policy.PolicyTenant.camera;
import static dev.muster.server.policy.PolicyTenant.password;
import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.protocol.Json;
import dev.muster.protocol.Platform;
import dev.muster.server.platform.ErrorCode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

@TestInstance(Lifecycle.PER_CLASS)
class DesiredPolicyTest {
  private final PolicyWorld world = PolicyWorld.open();
  private final PolicyTenant tenant = world.tenant();

  @AfterAll
  void close() {
    world.close();
  }

  @Test
  void aNewDeviceIsAtVersionOneWithTheDefaults() {
    DesiredPolicy desired = tenant.pull(tenant.device());
    assertThat(desired.version()).isEqualTo(1);
    assertThat(desired.cameraDisabled()).isTrue();
    assertThat(desired.settings().fields()).isEqualTo(camera(true));
  }

  @Test
  void aDeviceThatIsBornInAGroupIsAtVersionOneWithTheGroupsPolicies() {
    String group = tenant.group();
    String policy = tenant.published(1, password(6));
    tenant.publish(policy, password(9));
    tenant.assignToGroup(group, policy);
    String device = tenant.device(Platform.LINUX, group);
    assertThat(tenant.version(device)).isEqualTo(1);
    assertThat(tenant.settings(device)).containsEntry("passwordMinLength", Json.of(9));
  }

  @Test
  void aDeviceThatGetsItsFirstPoliciesInTheSameTransactionIsAtVersionOne() {
    String policy = tenant.published(1, password(6));
    tenant.publish(policy, password(9));
    String device =
        world
            .testDatabase()
            .database()
            .in(
                tenant.organization(),
                handle -> {
                  var id =
                      world
                          .devices()
                          .register(
                              handle,
                              tenant.admin(),
                              dev.muster.server.device.NewDevice.named("enrolled"))
                          .id();
                  world
                      .assignments()
                      .assignInitially(
                          handle,
                          tenant.organization(),
                          id,
                          List.of(java.util.UUID.fromString(policy)));
                  return id.toString();
                });
    assertThat(tenant.version(device)).isEqualTo(1);
    assertThat(tenant.settings(device)).containsEntry("passwordMinLength", Json.of(9));
    tenant.unassign(device, policy);
    assertThat(tenant.version(device)).isEqualTo(2);
  }

  @Test
  void theStrongerPolicyWinsKeyByKeyAndAmongEqualsTheLaterOne() {
    String device = tenant.device();
    String weak =
        tenant.published(1, Map.of("cameraDisabled", Json.of(false), "minOsVersion", Json.of("3")));
    String strong = tenant.published(500, camera(true));
    tenant.assign(device, strong);
    tenant.assign(device, weak);
    assertThat(tenant.settings(device))
        .isEqualTo(Map.of("cameraDisabled", Json.of(true), "minOsVersion", Json.of("3")));
    String equal = tenant.published(500, camera(false));
    tenant.assign(device, equal);
    assertThat(tenant.settings(device)).containsEntry("cameraDisabled", Json.of(false));
  }

  @Test
  void theDefaultsAreWeakerThanPriorityZero() {
    String device = tenant.device();
    tenant.assign(device, tenant.published(0, camera(false)));
    assertThat(tenant.settings(device)).containsEntry("cameraDisabled", Json.of(false));
  }

  @Test
  void requiredAppsOfAllPoliciesAreUnited() {
    String device = tenant.device();
    tenant.assign(device, tenant.published(1, Map.of("appsRequired", Json.texts(List.of("b.b")))));
    tenant.assign(device, tenant.published(2, Map.of("appsRequired", Json.texts(List.of("a.a")))));
    assertThat(tenant.settings(device))
        .containsEntry("appsRequired", Json.texts(List.of("a.a", "b.b")));
  }

  @Test
  void aSettingThatDoesNotApplyToThePlatformIsNotDesired() {
    String policy = tenant.published(1, Map.of("usbFileTransferDisabled", Json.of(true)));
    String phone = tenant.device(Platform.IOS);
    String laptop = tenant.device(Platform.LINUX);
    tenant.assign(phone, policy);
    tenant.assign(laptop, policy);
    assertThat(tenant.settings(phone)).doesNotContainKey("usbFileTransferDisabled");
    assertThat(tenant.settings(laptop)).containsKey("usbFileTransferDisabled");
  }

  @Test
  void publishingAndRollingBackRaiseTheVersionOfThoseWhoHaveThePolicyOnly() {
    String policy = tenant.published(1, password(6));
    String concerned = tenant.device();
    String bystander = tenant.device();
    tenant.assign(concerned, policy);
    assertThat(tenant.version(concerned)).isEqualTo(2);
    tenant.publish(policy, password(8));
    assertThat(tenant.version(concerned)).isEqualTo(3);
    world.policies().rollBack(tenant.admin(), policy, "1");
    assertThat(tenant.version(concerned)).isEqualTo(4);
    assertThat(tenant.settings(concerned)).containsEntry("passwordMinLength", Json.of(6));
    assertThat(tenant.version(bystander)).isEqualTo(1);
  }

  @Test
  void publishingTheDefaultsRaisesTheVersionOfEveryDeviceOfTheOrganizationOnly() {
    PolicyTenant own = world.tenant();
    String device = own.device();
    String foreign = tenant.device();
    own.publish("defaults", camera(false));
    assertThat(own.version(device)).isEqualTo(2);
    assertThat(own.pull(device).cameraDisabled()).isFalse();
    assertThat(tenant.version(foreign)).isEqualTo(1);
    assertThat(own.version(own.device())).isEqualTo(1);
  }

  @Test
  void anOverrideWithSettingsReplacesTheWholeOverride() {
    String device = tenant.device();
    tenant.override(device, password(9));
    DesiredPolicy desired = tenant.override(device, camera(true));
    assertThat(desired.version()).isEqualTo(3);
    assertThat(desired.settings().fields()).isEqualTo(camera(true));
  }

  @Test
  void anOverrideWithoutSettingsChangesTheCameraAlone() {
    String device = tenant.device();
    tenant.override(device, password(9));
    DesiredPolicy desired = world.desired().override(tenant.admin(), device, true, null);
    assertThat(desired.version()).isEqualTo(3);
    assertThat(desired.settings().fields())
        .isEqualTo(Map.of("cameraDisabled", Json.of(true), "passwordMinLength", Json.of(9)));
  }

  @Test
  void anOverrideRaisesTheVersionEvenWhenNothingDiffers() {
    String device = tenant.device();
    tenant.override(device, camera(false));
    assertThat(tenant.override(device, camera(false)).version()).isEqualTo(3);
  }

  @Test
  void anOverrideIsStrongerThanEveryPolicyAndMayAskForLess() {
    String device = tenant.device();
    tenant.assign(
        device, tenant.published(1000, Map.of("appsRequired", Json.texts(List.of("a.a", "b.b")))));
    tenant.override(device, Map.of("appsRequired", Json.texts(List.of("a.a"))));
    assertThat(tenant.settings(device)).containsEntry("appsRequired", Json.texts(List.of("a.a")));
  }

  @Test
  void removingAnOverrideBringsThePoliciesBackAndRaisesTheVersion() {
    String device = tenant.device();
    tenant.override(device, camera(false));
    DesiredPolicy desired = world.desired().clearOverride(tenant.admin(), device);
    assertThat(desired.version()).isEqualTo(3);
    assertThat(desired.cameraDisabled()).isTrue();
  }

  @Test
  void anOverrideThatIsWrongOrContradictsItselfIsRefusedAndRaisesNothing() {
    String device = tenant.device();
    assertRefused(
        ErrorCode.INVALID_SETTINGS, () -> tenant.override(device, Map.of("no", Json.of(1))));
    assertRefused(
        ErrorCode.INVALID_FIELDS,
        () -> world.desired().override(tenant.admin(), device, true, new Json.Obj(camera(false))));
    assertThat(tenant.version(device)).isEqualTo(1);
  }

  @Test
  void whatIsDesiredOfADeviceIsToldToItselfAndToReadersOfItsOrganization() {
    String device = tenant.device();
    String other = tenant.device();
    assertThat(world.pulls().pull(tenant.self(device), device, null).policy().version())
        .isEqualTo(1);
    assertRefused(ErrorCode.FORBIDDEN, () -> world.pulls().pull(tenant.self(device), other, null));
    assertRefused(ErrorCode.NOT_FOUND, () -> world.tenant().pull(device));
    assertRefused(
        ErrorCode.FORBIDDEN,
        () -> world.desired().override(tenant.self(device), device, true, null));
  }

  @Test
  void everyChangeIsInTheHistory() {
    String device = tenant.device();
    tenant.override(device, camera(false));
    tenant.assign(device, tenant.published(1, password(4)));
    assertThat(
            world.<Long>sql(handle ->
                handle
                    .createQuery("select count(*) from policy.desired_change where device_id = :d")
                    .bind("d", PolicyTenant.id(device).value())
                    .mapTo(Long.class)
                    .one()))
        .isEqualTo(3);
  }
}
