package dev.muster.server.compliance;

import static dev.muster.protocol.ComplianceState.COMPLIANT;
import static dev.muster.protocol.ComplianceState.NON_COMPLIANT;
import static dev.muster.protocol.ComplianceState.STALE;
import static dev.muster.protocol.ComplianceState.UNKNOWN;
import static dev.muster.server.policy.PolicyTenant.camera;
import static dev.muster.server.policy.PolicyTenant.password;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.protocol.ComplianceState;
import dev.muster.protocol.Json;
import dev.muster.protocol.Observed;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Refusal;
import dev.muster.server.policy.PolicyTenant;
import dev.muster.server.policy.PolicyWorld;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/// One test for each arrow of the state diagram in docs, and what must move nothing.
@TestInstance(Lifecycle.PER_CLASS)
class ComplianceStatesTest {
  private final PolicyWorld world = PolicyWorld.open();
  private final PolicyTenant tenant = world.tenant();

  @AfterAll
  void close() {
    world.close();
  }

  private void assertState(String device, ComplianceState state) {
    DeviceCompliance status = tenant.status(device);
    assertThat(status.state()).isEqualTo(state);
    assertThat(world.compliance().page(tenant.admin(), state, null, 500))
        .extracting(row -> row.deviceId().toString())
        .contains(device);
    if (state != NON_COMPLIANT) {
      assertThat(status.drift()).isEqualTo(new Json.Arr(List.of()));
    }
  }

  private String compliant() {
    String device = tenant.device();
    tenant.obey(device);
    assertState(device, COMPLIANT);
    return device;
  }

  private String drifted() {
    String device = compliant();
    tenant.report(device, 1, camera(false));
    assertState(device, NON_COMPLIANT);
    return device;
  }

  private String stale() {
    String device = compliant();
    tenant.override(device, camera(false));
    assertState(device, STALE);
    return device;
  }

  @Test
  void aDeviceThatHasNotReportedIsUnknown() {
    String device = tenant.device();
    assertState(device, UNKNOWN);
    assertThat(tenant.status(device).report()).isNull();
  }

  @Test
  void unknownStaysUnknownWhateverIsPublished() {
    String device = tenant.device();
    tenant.override(device, camera(false));
    assertState(device, UNKNOWN);
  }

  @Test
  void unknownBecomesCompliantByAReportThatSatisfies() {
    compliant();
  }

  @Test
  void unknownBecomesNonCompliantByAReportThatDoesNot() {
    String device = tenant.device();
    tenant.report(device, 1, camera(false));
    assertState(device, NON_COMPLIANT);
  }

  @Test
  void unknownBecomesStaleByAReportOfAnOlderVersion() {
    String device = tenant.device();
    tenant.override(device, camera(false));
    tenant.report(device, 1, camera(false));
    assertState(device, STALE);
  }

  @Test
  void compliantBecomesStaleByAPublication() {
    PolicyTenant own = world.tenant();
    String device = own.device();
    own.obey(device);
    own.publish("defaults", camera(true));
    assertThat(own.status(device).state()).isEqualTo(STALE);
    assertThat(own.status(device).desiredVersion()).isEqualTo(2);
  }

  @Test
  void compliantBecomesNonCompliantByDrift() {
    drifted();
  }

  @Test
  void nonCompliantBecomesCompliantWhenTheDriftIsUndone() {
    String device = drifted();
    tenant.obey(device);
    assertState(device, COMPLIANT);
  }

  @Test
  void nonCompliantBecomesStaleByAChange() {
    String device = drifted();
    tenant.override(device, camera(true));
    assertState(device, STALE);
  }

  @Test
  void staleBecomesCompliantByAReport() {
    String device = stale();
    tenant.obey(device);
    assertState(device, COMPLIANT);
  }

  @Test
  void staleBecomesNonCompliantByAReportOfTheNewVersionThatDoesNotSatisfy() {
    String device = stale();
    tenant.report(device, 2, camera(true));
    assertState(device, NON_COMPLIANT);
  }

  @Test
  void staleStaysStaleByAnotherReportOfTheOldVersion() {
    String device = stale();
    tenant.report(device, 1, camera(false));
    assertState(device, STALE);
  }

  @Test
  void aReportAheadOfTheDesiredVersionIsMeasured() {
    String device = tenant.device();
    tenant.report(device, 7, camera(true));
    assertState(device, COMPLIANT);
    tenant.report(device, 7, camera(false));
    assertState(device, NON_COMPLIANT);
    tenant.override(device, camera(false));
    assertState(device, COMPLIANT);
  }

  @Test
  void aChangeOfTheSetKeepsTheReportWhereItWas() {
    String device = compliant();
    String policy = tenant.published(1, password(6));
    tenant.publish(policy, password(8));
    tenant.publish(policy, password(9));
    tenant.assign(device, policy);
    assertState(device, STALE);
    tenant.report(
        device, 2, Map.of("cameraDisabled", Json.of(true), "passwordMinLength", Json.of(9)));
    assertState(device, COMPLIANT);
    tenant.unassign(device, policy);
    assertState(device, STALE);
    tenant.report(device, 3, camera(true));
    assertState(device, COMPLIANT);
    assertThat(tenant.status(device).desiredVersion()).isEqualTo(3);
  }

  @Test
  void anOlderReportIsIgnoredAndSoIsTheSameAgain() {
    String device = tenant.device();
    tenant.report(device, 1, camera(true), 5L);
    tenant.report(device, 1, camera(false), 4L);
    tenant.report(device, 1, camera(false), 5L);
    assertState(device, COMPLIANT);
    assertThat(world.compliance().history(tenant.admin(), device, 50).rows()).hasSize(1);
    tenant.report(device, 1, camera(false), 6L);
    assertState(device, NON_COMPLIANT);
  }

  @Test
  void aReportWithoutASequenceIsTheNewest() {
    String device = tenant.device();
    tenant.report(device, 1, camera(true), 5L);
    tenant.report(device, 1, camera(false));
    assertState(device, NON_COMPLIANT);
    tenant.report(device, 1, camera(true), 5L);
    assertState(device, NON_COMPLIANT);
  }

  @Test
  void theDriftNamesEachSettingWithWhatIsDesiredAndWhatIs() {
    String device = tenant.device();
    tenant.override(
        device,
        Map.of(
            "cameraDisabled", Json.of(true),
            "minOsVersion", Json.of("14"),
            "passwordMinLength", Json.of(8),
            "screenLockSeconds", Json.of(60)));
    tenant.report(
        device,
        2,
        Map.of(
            "cameraDisabled", Json.of(true),
            "passwordMinLength", new Observed.Unsupported().toWire(),
            "screenLockSeconds", new Observed.Failed("no screen").toWire()));
    assertThat(tenant.status(device).drift().canonical())
        .isEqualTo(
            "[{\"actual\":null,\"desired\":\"14\",\"setting\":\"minOsVersion\"},"
                + "{\"actual\":{\"unsupported\":true},\"desired\":8,\"setting\":\"passwordMinLength\"},"
                + "{\"actual\":{\"failed\":\"no screen\"},\"desired\":60,\"setting\":\"screenLockSeconds\"}]");
  }

  @Test
  void whatTheDeviceThinksOfItselfIsKeptAndNotBelieved() {
    String device = tenant.device();
    world
        .compliance()
        .report(
            tenant.self(device), device, new Report(1, true, false, new Json.Obj(Map.of()), null));
    assertState(device, COMPLIANT);
    StoredReport kept = world.compliance().history(tenant.admin(), device, 1).rows().getFirst();
    assertThat(kept.compliantClaim()).isFalse();
  }

  @Test
  void theHistoryIsNewestFirst() {
    String device = tenant.device();
    for (int version = 1; version <= 3; version++) {
      tenant.report(device, version, camera(true));
    }
    assertThat(world.compliance().history(tenant.admin(), device, 2).rows())
        .extracting(StoredReport::version)
        .containsExactly(3L, 2L);
  }

  @Test
  void aDeviceReportsForItselfOnly() {
    String device = tenant.device();
    String other = tenant.device();
    Report report = new Report(1, true, true, new Json.Obj(Map.of()), null);
    assertThatThrownBy(() -> world.compliance().report(tenant.self(device), other, report))
        .isInstanceOfSatisfying(
            Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.FORBIDDEN));
    assertThatThrownBy(() -> world.compliance().report(tenant.admin(), device, report))
        .isInstanceOfSatisfying(
            Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.FORBIDDEN));
    assertState(device, UNKNOWN);
  }
}
