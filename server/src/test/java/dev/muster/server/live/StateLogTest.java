package dev.muster.server.live;

import static dev.muster.server.policy.PolicyTenant.password;
import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.action.ActionRoom;
import dev.muster.server.platform.Announcements;
import dev.muster.server.platform.Broadcast;
import dev.muster.server.policy.PolicyTenant;
import dev.muster.server.policy.PolicyWorld;
import dev.muster.server.testing.TestSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/// What those who watch are told of compliance, with the rooms `policy` and `compliance` as they
/// are.
@TestInstance(Lifecycle.PER_CLASS)
class StateLogTest {
  private final PolicyWorld world = PolicyWorld.open();
  private final PolicyTenant tenant = world.tenant();
  private final Broadcast broadcast = new Broadcast(world.testDatabase().database().dataSource());
  private final Announcements announcements = new Announcements(broadcast);
  private final Changes changes =
      new Changes(
          world.testDatabase().database(),
          ActionRoom.on(world.testDatabase().database(), world.clock(), TestSettings.of(Map.of()))
              .actions(),
          world.compliance()::of,
          announcements);

  StateLogTest() {
    broadcast.start();
    world.stateChanges().add(new StateLog(world.clock(), announcements));
  }

  @AfterAll
  void close() {
    changes.close();
    broadcast.close();
    world.close();
  }

  @Test
  void aReportThatChangesTheStateIsToldAndOneThatDoesNotIsNot() {
    String device = tenant.device();
    tenant.assign(device, tenant.published(1, password(8)));
    Watcher watcher = new Watcher(changes, tenant.admin());

    tenant.obey(device);
    tenant.obey(device);
    tenant.report(device, tenant.version(device), password(1));
    tenant.report(device, tenant.version(device), password(2));
    tenant.obey(device);

    // three changes; each is told as the device is by now
    assertThat(watcher.see(3)).containsOnly(handle(device) + " COMPLIANT").hasSize(3);
    assertThat(watcher.told)
        .allSatisfy(change -> {
          Change.OfCompliance state = (Change.OfCompliance) change;
          assertThat(state.desired()).isEqualTo(tenant.version(device));
          assertThat(state.reported()).isEqualTo(state.desired());
        });
  }

  @Test
  void aPublicationIsToldOnceHoweverManyDevicesItConcerns() {
    String policy = tenant.published(1, password(8));
    String group = tenant.group();
    tenant.assignToGroup(group, policy);
    List<String> devices = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      devices.add(tenant.device());
      tenant.join(group, devices.getLast());
      tenant.obey(devices.getLast());
    }
    Watcher watcher = new Watcher(changes, tenant.admin());

    tenant.publish(policy, password(9));
    tenant.obey(devices.getFirst());

    assertThat(watcher.see(2))
        .containsExactly("many states", handle(devices.getFirst()) + " COMPLIANT");
  }

  /// The report takes its number after the publication and knows nothing of it.
  @Test
  void aPublicationThatCommitsBesideAReportIsNotForgotten() {
    String policy = tenant.published(1, password(8));
    String device = tenant.device();
    tenant.assign(device, policy);
    long version = tenant.version(device);
    Watcher watcher = new Watcher(changes, tenant.admin());

    tenant.obey(device);
    tenant.publish(policy, password(9));

    assertThat(tenant.version(device)).isEqualTo(version + 1);
    assertThat(watcher.see(2)).last().isEqualTo("many states");
    assertThat(watcher.told.getFirst()).isInstanceOf(Change.OfCompliance.class);
  }

  @Test
  void whatIsDesiredOfOneDeviceChangesItsState() {
    String device = tenant.device();
    String silent = tenant.device();
    tenant.obey(device);
    Watcher watcher = new Watcher(changes, tenant.admin());

    tenant.override(silent, password(11));
    tenant.override(device, password(12));

    assertThat(watcher.see(1)).containsExactly(handle(device) + " STALE");
  }

  private String handle(String device) {
    return world.devices().read(tenant.admin(), device).device().handle();
  }
}
