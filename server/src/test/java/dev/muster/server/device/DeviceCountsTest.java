package dev.muster.server.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Measured;
import dev.muster.server.policy.PolicyTenant;
import dev.muster.server.policy.PolicyWorld;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeviceCountsTest {
  private final PolicyWorld world = PolicyWorld.open();
  private final DeviceCounts counts =
      new DeviceCounts(world.testDatabase().database(), world.clock());

  @AfterAll
  void close() {
    world.close();
  }

  @Test
  void devicesOfAllOrganizationsAreCountedOnceAMinute() {
    PolicyTenant one = world.tenant();
    String retired = one.device();
    String sick = one.device();
    world.tenant().device();
    Caller admin = one.admin();
    world.devices().change(admin, sick, new Devices.Change(null, null, DeviceStatus.ERROR, null));
    world.lifecycles().retire(admin, retired);

    assertThat(counts.latest(DeviceStatus.IDLE)).as("no scrape waits").isNaN();
    assertThat(counted(DeviceStatus.IDLE, 1)).isEqualTo(1);
    assertThat(counts.latest(DeviceStatus.ERROR)).isEqualTo(1);
    assertThat(counts.latest(DeviceStatus.MAINTENANCE)).isZero();

    one.device();
    assertThat(counts.latest(DeviceStatus.IDLE)).as("within the minute").isEqualTo(1);
    world.clock().advance(Measured.FRESH.plus(Duration.ofSeconds(1)));
    assertThat(counted(DeviceStatus.IDLE, 2)).isEqualTo(2);
  }

  /// What is counted once it is what it should be, or after a while.
  private double counted(DeviceStatus status, double expected) {
    long begin = System.nanoTime();
    double found = counts.latest(status);
    while (found != expected && System.nanoTime() - begin < Duration.ofSeconds(20).toNanos()) {
      LockSupport.parkNanos(1_000_000);
      found = counts.latest(status);
    }
    return found;
  }
}
