package dev.muster.server.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/// What was desired long ago is forgotten, but not what still held at the end of that time.
@TestInstance(Lifecycle.PER_CLASS)
class PolicyRetentionTest {
  private final PolicyWorld world = PolicyWorld.open();
  private final PolicyTenant tenant = world.tenant();

  @AfterAll
  void close() {
    world.close();
  }

  private void forget() {
    new DesiredRetention(world.testDatabase().database(), world.clock(), world.settings()).run();
  }

  private int changes(String device) {
    return world.sql(handle ->
        handle
            .createQuery("select count(*) from policy.desired_change where device_id = :device")
            .bind("device", UUID.fromString(device))
            .mapTo(Integer.class)
            .one());
  }

  @Test
  void ofADeviceTheNewestBeforeTheRetentionStays() {
    String changed = tenant.device();
    String quiet = tenant.device();
    world.clock().advance(Duration.ofDays(1));
    tenant.override(changed, PolicyTenant.camera(true));
    world.clock().advance(Duration.ofDays(363));
    tenant.override(changed, PolicyTenant.camera(false));
    forget();
    assertThat(changes(changed)).isEqualTo(3);

    world.clock().advance(Duration.ofDays(10)); // the first two are older than a year now
    forget();
    assertThat(changes(changed)).isEqualTo(2);
    assertThat(changes(quiet)).isEqualTo(1);

    world.clock().advance(Duration.ofDays(365));
    forget();
    assertThat(changes(changed)).isEqualTo(1);
  }
}
