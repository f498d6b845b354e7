package dev.muster.server.enrollment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.credential.DeviceCredentials;
import dev.muster.server.credential.DeviceTokens;
import dev.muster.server.credential.EnrollmentTokens;
import dev.muster.server.device.Device;
import dev.muster.server.device.Lifecycle;
import dev.muster.server.device.Lifecycles;
import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Role;
import dev.muster.server.policy.PolicyTenant;
import dev.muster.server.policy.PolicyWorld;
import dev.muster.server.testing.Audits;
import dev.muster.server.testing.Events;
import dev.muster.server.testing.Race;
import dev.muster.server.testing.Tenants;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// A machine enrolls again while somebody retires its device.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RetirementRaceTest {
  private final PolicyWorld world = PolicyWorld.open();
  private final Database database = world.testDatabase().database();
  private final EnrollmentTokens enrollmentTokens =
      new EnrollmentTokens(database, world.clock(), Audits.on(world.clock()));
  private final DeviceTokens deviceTokens =
      new DeviceTokens(
          database,
          world.clock(),
          Events.outbox(database, world.clock()),
          new Broadcast(database.dataSource()),
          world.devices(),
          Audits.on(world.clock()));
  private final Enrollments enrollments =
      new Enrollments(
          database,
          enrollmentTokens,
          world.devices(),
          new Granting(world.groups(), world.assignments()),
          new DeviceCredentials(deviceTokens, world.commandSecrets()),
          world.versions(),
          Audits.on(world.clock()));
  private final Lifecycles lifecycles =
      new Lifecycles(
          database,
          world.clock(),
          world.devices(),
          world.groups(),
          Audits.on(world.clock()),
          List.of(world.versions(), deviceTokens));

  @AfterAll
  void close() {
    world.close();
  }

  /// Everybody who was let in is a device that is not retired, with a good token, or was one until
  /// it was retired, and then has none.
  @Test
  void aMachineIsAlwaysOneDeviceAtMost() {
    PolicyTenant tenant = world.tenant();
    Caller open = Tenants.anybody(tenant.organization());
    Caller operator = Tenants.person(tenant.organization(), Role.OPERATOR);
    for (int round = 0; round < 12; round++) {
      Enrolling machine =
          new Enrolling(null, null, new Device.Hardware("hw-" + round, "m", "1", "1"));
      Enrolled first = enrollments.enroll(open, machine);
      String device = first.device().id().toString();
      List<Optional<Enrolled>> outcomes =
          Race.times(
              6,
              i -> {
                if (i % 3 != 0) {
                  return Optional.of(enrollments.enroll(open, machine));
                }
                lifecycles.retire(operator, device);
                return Optional.empty();
              });
      Enrolled after = enrollments.enroll(open, machine);

      assertThat(after.device().id()).isNotEqualTo(first.device().id());
      for (Enrolled enrolled : outcomes.stream().flatMap(Optional::stream).toList()) {
        boolean gone = enrolled.device().id().equals(first.device().id());
        assertThat(enrolled.device().id()).isIn(first.device().id(), after.device().id());
        assertThat(check(enrolled.deviceToken())).isEqualTo(gone ? "device_retired" : "good");
      }
      assertThat(world.devices().read(operator, device).device().lifecycle())
          .isEqualTo(Lifecycle.RETIRED);
      assertThat(check(first.deviceToken())).isEqualTo("device_retired");
    }
  }

  /// Checking a token retires the earlier ones, so what was revoked by that is good as well here.
  private String check(String token) {
    try {
      deviceTokens.check(token);
      return "good";
    } catch (Refusal refusal) {
      return refusal.code() == ErrorCode.UNAUTHENTICATED ? "good" : refusal.code().wireName();
    }
  }
}
