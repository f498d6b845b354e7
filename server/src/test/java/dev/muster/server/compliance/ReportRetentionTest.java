package dev.muster.server.compliance;

import static dev.muster.server.policy.PolicyTenant.camera;
import static dev.muster.server.policy.PolicyTenant.password;
import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.protocol.ComplianceState;
import dev.muster.server.policy.PolicyTenant;
import dev.muster.server.policy.PolicyWorld;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

@TestInstance(Lifecycle.PER_CLASS)
class ReportRetentionTest {
  private final PolicyWorld world = PolicyWorld.open();
  private final PolicyTenant tenant = world.tenant();

  @AfterAll
  void close() {
    world.close();
  }

  @Test
  void reportsAreForgottenAfterNinetyDaysButEachDevicesNewest() {
    String silent = tenant.device();
    String talking = tenant.device();
    tenant.report(silent, 1, password(1));
    tenant.report(silent, 1, camera(true));
    tenant.report(talking, 1, password(2));
    assertThat(tenant.status(talking).state()).isEqualTo(ComplianceState.NON_COMPLIANT);
    world.clock().advance(Duration.ofDays(89));
    forget();
    assertThat(reports(silent)).isEqualTo(2);
    tenant.report(talking, 1, camera(true));
    world.clock().advance(Duration.ofDays(2));
    forget();
    assertThat(reports(silent)).isEqualTo(1);
    assertThat(reports(talking)).isEqualTo(1);
    assertThat(tenant.status(silent).state()).isEqualTo(ComplianceState.COMPLIANT);
    assertThat(observations()).isEqualTo(1);
  }

  private void forget() {
    new ReportRetention(world.testDatabase().database(), world.clock(), world.settings()).run();
  }

  private int reports(String device) {
    return world.compliance().history(tenant.admin(), device, 50).rows().size();
  }

  private long observations() {
    return world.sql(handle ->
        handle.createQuery("select count(*) from compliance.observation").mapTo(Long.class).one());
  }
}
