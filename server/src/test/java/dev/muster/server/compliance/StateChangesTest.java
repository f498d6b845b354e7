package dev.muster.server.compliance;

import static dev.muster.server.policy.PolicyTenant.password;
import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.protocol.ComplianceState;
import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.policy.PolicyTenant;
import dev.muster.server.policy.PolicyWorld;
import dev.muster.server.testing.Race;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/// Who hears that states may be others than before, and when.
@TestInstance(Lifecycle.PER_CLASS)
class StateChangesTest {
  private final PolicyWorld world = PolicyWorld.open();
  private final PolicyTenant tenant = world.tenant();
  private final List<String> heard = new CopyOnWriteArrayList<>();

  StateChangesTest() {
    world
        .stateChanges()
        .add(
            new StateChanges() {
              @Override
              public void changed(
                  Handle handle, OrganizationId organization, List<DeviceId> devices) {
                devices.forEach(device -> heard.add(device.toString()));
              }

              @Override
              public void manyChanged(Handle handle, OrganizationId organization) {
                heard.add("many");
              }
            });
  }

  @BeforeEach
  void forget() {
    heard.clear();
  }

  @AfterAll
  void close() {
    world.close();
  }

  @Test
  void aReportIsHeardOfWhenTheStateDiffersByItAndElseNot() {
    String device = tenant.device();
    tenant.override(device, password(8));
    heard.clear();

    tenant.report(device, 1, password(1));
    assertThat(heard).containsExactly(device); // UNKNOWN → STALE
    tenant.report(device, 1, password(2));
    tenant.report(device, 1, password(2));
    assertThat(heard).hasSize(1);

    tenant.report(device, tenant.version(device), password(3));
    assertThat(heard).hasSize(2); // → NON_COMPLIANT
    tenant.report(device, tenant.version(device), password(4));
    assertThat(heard).hasSize(2);

    tenant.obey(device);
    assertThat(heard).hasSize(3); // → COMPLIANT
    tenant.obey(device);
    assertThat(heard).containsOnly(device).hasSize(3);
  }

  @Test
  void anOldReportIsHeardOfByNobody() {
    String device = tenant.device();
    tenant.report(device, 1, password(1), 5L);
    heard.clear();
    tenant.report(device, 1, password(9), 4L);
    assertThat(heard).isEmpty();
  }

  @Test
  void whatIsDesiredOfAFewDevicesNamesThemAndOfManyNone() {
    String group = tenant.group();
    List<String> devices = new ArrayList<>();
    for (int i = 0; i <= ActualFollower.MANY; i++) {
      devices.add(tenant.device());
      tenant.join(group, devices.get(i));
      tenant.obey(devices.get(i));
    }
    String policy = tenant.published(1, password(7));
    heard.clear();
    tenant.assign(devices.getFirst(), policy);
    assertThat(heard).containsExactly(devices.getFirst());

    heard.clear();
    tenant.assignToGroup(group, tenant.published(2, password(9)));
    assertThat(heard).containsOnly("many");
    heard.clear();
    tenant.publish(policy, password(6));
    assertThat(heard).containsExactly("many");
  }

  /// However reports and changes interleave: who follows what is heard, by looking at each device
  /// that is named and at all when many are, knows the state of every device.
  @Test
  void whoFollowsWhatIsHeardIsNeverWrongInTheEnd() {
    List<String> devices = List.of(tenant.device(), tenant.device(), tenant.device());
    String policy = tenant.published(1, password(4));
    devices.forEach(device -> tenant.assign(device, policy));
    devices.forEach(tenant::obey);
    heard.clear();

    Race.times(
        8,
        i -> {
          Random random = new Random(i);
          for (int step = 0; step < 6; step++) {
            String device = devices.get(random.nextInt(devices.size()));
            if (i == 0) {
              tenant.publish(policy, password(random.nextInt(64)));
            } else {
              tenant.obey(device);
            }
          }
          return i;
        });
    int before = heard.size();
    devices.forEach(tenant::obey);

    for (String device : devices) {
      assertThat(world.compliance().of(tenant.admin(), device).state())
          .isEqualTo(ComplianceState.COMPLIANT);
    }
    assertThat(before).isGreaterThanOrEqualTo(6);
    assertThat(heard).contains("many");
  }
}
