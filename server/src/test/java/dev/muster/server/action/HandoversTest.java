package dev.muster.server.action;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.action.ActionWorld.Tenant;
import dev.muster.server.device.DeviceId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HandoversTest {
  private final ActionWorld world = new ActionWorld(Map.of());

  @AfterAll
  void close() {
    world.close();
  }

  @Test
  void aScriptThatIsForbiddenMeanwhileIsNotHandedOut() {
    Tenant tenant = world.tenant();
    tenant.scripts(true);
    Action script =
        tenant.ask(
            tenant.device(), NewAction.of(ActionType.RUN_SCRIPT, Map.of("script", "uptime")));
    Action ping = tenant.ask(tenant.device(), ActionType.PING);
    assertThat(wanted(tenant, script, ping)).containsExactlyInAnyOrder(script.id(), ping.id());

    tenant.scripts(false);

    assertThat(wanted(tenant, script, ping)).containsExactly(ping.id());
  }

  private List<ActionId> wanted(Tenant tenant, Action... of) {
    List<DeviceId> devices = Arrays.stream(of).map(Action::device).toList();
    return world.database.in(
        tenant.organization(),
        handle ->
            world.handovers.wanted(handle, tenant.organization(), devices).stream()
                .map(Action::id)
                .toList());
  }
}
