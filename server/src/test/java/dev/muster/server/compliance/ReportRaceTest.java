package dev.muster.server.compliance;

import static dev.muster.server.policy.PolicyTenant.password;
import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.protocol.ComplianceState;
import dev.muster.server.policy.PolicyTenant;
import dev.muster.server.policy.PolicyWorld;
import dev.muster.server.testing.Race;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

@TestInstance(Lifecycle.PER_CLASS)
class ReportRaceTest {
  private static final int DEVICES = 6;

  private final PolicyWorld world = PolicyWorld.open();
  private final PolicyTenant tenant = world.tenant();

  @AfterAll
  void close() {
    world.close();
  }

  @Test
  void whateverChangesWhileDevicesReportTheLagIsWhatWasReportedLessTheBase() {
    List<String> devices = new ArrayList<>();
    for (int i = 0; i < DEVICES; i++) {
      devices.add(tenant.device());
    }
    List<String> policies =
        List.of(tenant.published(1, password(1)), tenant.published(2, password(2)));
    Race.times(
        24,
        i -> {
          Random random = new Random(i);
          for (int step = 0; step < 15; step++) {
            String device = devices.get(random.nextInt(DEVICES));
            String policy = policies.get(random.nextInt(policies.size()));
            switch (i % 6) {
              case 0 -> tenant.publish(policy, password(random.nextInt(64)));
              case 1 -> tenant.assign(device, policy);
              case 2 -> tenant.override(device, password(random.nextInt(64)));
              case 3 -> everyDeviceIsInOneState();
              default -> tenant.obey(device);
            }
          }
          return i;
        });
    assertThat(
            world.<Long>sql(handle ->
                handle
                    .createQuery(
                        """
                        select count(*) from compliance.actual a
                        join policy.desired d
                          on d.organization_id = a.organization_id and d.device_id = a.device_id
                        where a.lag is distinct from a.reported_version - d.base
                           or a.set_id <> d.set_id or a.override_hash <> d.override_hash
                        """)
                    .mapTo(Long.class)
                    .one()))
        .isZero();
    devices.forEach(tenant::obey);
    assertThat(world.compliance().counts(tenant.admin()))
        .containsEntry(ComplianceState.COMPLIANT, (long) DEVICES);
  }

  private void everyDeviceIsInOneState() {
    assertThat(
            world.compliance().counts(tenant.admin()).values().stream()
                .mapToLong(Long::longValue)
                .sum())
        .isEqualTo(DEVICES);
    assertThat(world.compliance().page(tenant.admin(), null, null, 50)).hasSize(DEVICES);
  }

  @Test
  void ofReportsThatComeAtOnceTheOneWithTheGreatestSequenceIsLeft() {
    String device = tenant.device();
    Race.times(
        24,
        i -> {
          tenant.report(device, 1, password(i), (long) i);
          return i;
        });
    StoredReport newest = Objects.requireNonNull(tenant.status(device).report());
    assertThat(newest.sequence()).isEqualTo(23);
  }

  @Test
  void aFleetThatReportsTheSameAtOnceSharesOneDocument() {
    PolicyTenant own = world.tenant();
    List<String> fleet = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      fleet.add(own.device());
    }
    Race.times(
        fleet.size(),
        i -> {
          own.report(fleet.get(i), 1, PolicyTenant.camera(true));
          return i;
        });
    assertThat(
            world.<Long>sql(handle ->
                handle
                    .createQuery(
                        "select count(*) from compliance.observation where organization_id = ?")
                    .bind(0, own.organization().value())
                    .mapTo(Long.class)
                    .one()))
        .isEqualTo(1);
  }
}
