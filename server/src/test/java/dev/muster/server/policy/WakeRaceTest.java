package dev.muster.server.policy;

import static dev.muster.server.policy.PolicyTenant.password;
import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.protocol.Platform;
import dev.muster.server.device.DeviceId;
import dev.muster.server.doorbell.Ring;
import dev.muster.server.testing.Race;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

@TestInstance(Lifecycle.PER_CLASS)
class WakeRaceTest {
  private static final int DEVICES = 40;

  private final PolicyWorld world =
      PolicyWorld.open(Map.of("muster.wake.chunk", "7", "muster.wake.rate", "1000000"));
  private final PolicyTenant tenant = world.tenant();

  @AfterAll
  void close() {
    world.close();
  }

  @Test
  void workersPublishersDoorbellsAndDevicesAtOnceLeaveNoDeviceUnwoken() {
    String group = tenant.group();
    String policy = tenant.published(1, password(1));
    tenant.assignToGroup(group, policy);
    List<String> devices = new ArrayList<>();
    for (int i = 0; i < DEVICES; i++) {
      devices.add(tenant.device(Platform.LINUX, group));
    }
    Race.times(
        24,
        i -> {
          Random random = new Random(i);
          for (int step = 0; step < 20; step++) {
            switch (i % 6) {
              case 0 -> world.wakes().run();
              case 1 -> tenant.publish(policy, password(random.nextInt(64)));
              case 2, 3 -> settle(devices, random);
              default -> tenant.obey(devices.get(random.nextInt(DEVICES)));
            }
          }
          return i;
        });
    world.wakes().run();
    for (String device : devices) {
      assertThat(newestJob(device)).isEqualTo(tenant.version(device));
      tenant.obey(device);
    }
    assertThat(count("policy.wake where true")).isZero();
    assertThat(count("policy.apply_job where state in ('QUEUED', 'RUNNING')")).isZero();
    assertThat(count("pg_stat_database where datname = current_database() and deadlocks > 0"))
        .describedAs("deadlocks")
        .isZero();
  }

  /// Half of the devices, as one broadcast finds them: some hear, some are lost in either way.
  private void settle(List<String> devices, Random random) {
    List<Ring> outcomes =
        List.of(new Ring.Rung(), new Ring.Failed("reset"), new Ring.Failed("closed"));
    List<String> some = new ArrayList<>(devices);
    Collections.shuffle(some, random);
    Map<DeviceId, Ring> rings = new LinkedHashMap<>();
    some.subList(0, DEVICES / 2)
        .forEach(device -> rings.put(PolicyTenant.id(device), outcomes.get(random.nextInt(3))));
    world.wakes().settle(rings);
  }

  private long newestJob(String device) {
    return world.sql(handle ->
        handle
            .createQuery("select max(version) from policy.apply_job where device_id = :device")
            .bind("device", UUID.fromString(device))
            .mapTo(Long.class)
            .one());
  }

  private long count(String rows) {
    return world.sql(
        handle -> handle.createQuery("select count(*) from " + rows).mapTo(Long.class).one());
  }
}
