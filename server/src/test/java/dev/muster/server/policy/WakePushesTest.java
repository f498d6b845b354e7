package dev.muster.server.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.protocol.Json;
import dev.muster.server.doorbell.Ring;
import dev.muster.server.testing.FakeFcm;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which devices are left to the push service.
@SuppressWarnings("NullAway.Init") // set before each test
class WakePushesTest {
  private @TempDir Path folder;
  private FakeFcm fcm;
  private PolicyWorld world;
  private PolicyTenant tenant;

  @BeforeEach
  void open() {
    fcm = FakeFcm.start(folder);
    world = PolicyWorld.open(fcm.settings());
    tenant = world.tenant();
  }

  @AfterEach
  void close() {
    world.close();
    fcm.close();
  }

  private String reached() {
    String device = tenant.device();
    world.sql(handle ->
        handle.execute(
            "insert into doorbell.push_token values (?, ?, ?, now())",
            tenant.organization(),
            UUID.fromString(device),
            device));
    return device;
  }

  private List<String> pending() {
    return world.sql(handle ->
        handle
            .createQuery("select device_id from doorbell.pending_push")
            .mapTo(String.class)
            .list());
  }

  private void publish() {
    tenant.publish(Policies.DEFAULTS, Map.of("cameraDisabled", Json.of(false)));
    world.wakes().run();
  }

  private void settle(String device, Ring ring) {
    world.wakes().settle(Map.of(PolicyTenant.id(device), ring));
  }

  @Test
  void aPublicationIsPushedToDevicesWithATokenThatNobodyReaches() {
    String away = reached();
    String broken = reached();
    String rung = reached();
    String pulled = reached();
    tenant.device();

    publish();
    assertThat(pending()).containsExactlyInAnyOrder(away, broken, rung, pulled);
    settle(away, new Ring.Offline());
    settle(broken, new Ring.Failed("reset"));
    settle(rung, new Ring.Rung());
    world.pulls().pull(tenant.self(pulled), pulled, null);

    assertThat(pending()).containsExactlyInAnyOrder(away, broken);
    assertThat(fcm.messages()).isEmpty();
  }

  @Test
  void whoLooksAtADeviceDoesNotKeepItFromHearing() {
    String device = reached();
    publish();

    tenant.pull(device);

    assertThat(pending()).containsExactly(device);
  }

  @Test
  void aDeviceThatWasQuickerThanTheWorkerIsNotPushed() {
    String device = reached();
    tenant.publish(Policies.DEFAULTS, Map.of("cameraDisabled", Json.of(false)));
    tenant.obey(device);

    world.wakes().run();

    assertThat(pending()).isEmpty();
  }

  @Test
  void aDeviceThatFellSilentIsPushedWithItsNextAttempt() {
    String device = reached();
    publish();
    settle(device, new Ring.Rung());
    assertThat(pending()).isEmpty();

    world.clock().advance(world.settings().wake().reportTimeout().plusSeconds(1));
    world.wakes().run();
    world.clock().advance(Duration.ofMinutes(10));
    world.wakes().run();

    assertThat(pending()).containsExactly(device);
  }
}
