package dev.muster.server.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.protocol.ComplianceState;
import dev.muster.server.compliance.RestoredReports;
import java.time.Duration;
import java.time.Instant;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class RestoredVersionsTest {
  private static final Instant NOW = Instant.parse("2026-01-15T10:00:00Z");

  @Test
  void versionsRiseByMoreThanThereCanHaveBeenChanges() {
    assertThat(RestoredVersions.jump(40, Duration.ofDays(1))).isEqualTo(1_086_400);
    assertThat(RestoredVersions.jump(40, Duration.ofDays(-1)))
        .as("by a clock that was set back")
        .isEqualTo(1_000_000);
  }

  /// The contract's version is an int; the next restores need room as well.
  @Property
  void aVersionNeverLeavesTheInt(
      @ForAll @LongRange(max = Integer.MAX_VALUE) long highest,
      @ForAll @LongRange(max = 4_000_000_000L) long seconds) {
    long jump = RestoredVersions.jump(highest, Duration.ofSeconds(seconds));

    assertThat(highest + jump).isBetween(highest, (long) Integer.MAX_VALUE);
    if (highest < Integer.MAX_VALUE - 1) {
      assertThat(jump).isPositive();
    }
  }

  @Test
  void everyDeviceIsToldAHigherVersionAndIsStaleUntilItReportsIt() {
    try (PolicyWorld world = PolicyWorld.open()) {
      PolicyTenant tenant = world.tenant();
      String obedient = tenant.device();
      String silent = tenant.device();
      tenant.assign(obedient, tenant.published(5, PolicyTenant.password(8)));
      tenant.obey(obedient);
      long held = tenant.version(obedient);

      long jump =
          world.sql(handle -> {
            long raised = RestoredVersions.raise(handle, Duration.ofHours(1), NOW);
            RestoredReports.follow(handle);
            return raised;
          });

      assertThat(tenant.version(obedient)).isEqualTo(held + jump);
      assertThat(tenant.status(obedient).state()).isEqualTo(ComplianceState.STALE);
      assertThat(tenant.status(silent).state()).isEqualTo(ComplianceState.UNKNOWN);
      tenant.report(obedient, held + 7, tenant.settings(obedient)); // of the life before
      assertThat(tenant.status(obedient).state()).isEqualTo(ComplianceState.STALE);
      tenant.obey(obedient);
      assertThat(tenant.status(obedient).state()).isEqualTo(ComplianceState.COMPLIANT);
    }
  }

  @Test
  void everyDeviceIsWokenOnce() {
    try (PolicyWorld world = PolicyWorld.open()) {
      PolicyTenant tenant = world.tenant();
      tenant.device();
      tenant.device();
      world.sql(handle -> RestoredVersions.raise(handle, Duration.ofHours(1), NOW));

      world.wakes().run();

      assertThat(
              world.<Integer>sql(handle ->
                  handle
                      .createQuery("select count(*) from policy.apply_job where version > 1000000")
                      .mapTo(Integer.class)
                      .one()))
          .isEqualTo(2);
    }
  }
}
