package dev.muster.server.action;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.action.ActionWorld.Tenant;
import dev.muster.server.platform.Refusal;
import dev.muster.server.testing.TestSettings;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ActionRetentionTest {
  @Test
  void actionsAreForgottenWithTheirAttemptsWhenTheyEndedLongAgo() {
    try (ActionWorld world = new ActionWorld(Map.of())) {
      Tenant tenant = world.tenant();
      String device = tenant.device();
      Action old = tenant.ask(device, NewAction.of(ActionType.PING, Map.of()).named("t"));
      tenant.answer(old, "success", null);
      Action open =
          tenant.ask(
              device, NewAction.of(ActionType.PING, Map.of()).within(Duration.ofDays(300), null));
      world.clock.advance(Duration.ofDays(90).plusSeconds(1));
      Action young = tenant.ask(tenant.device(), ActionType.PING);
      tenant.answer(young, "success", null);

      new ActionRetention(world.database, world.clock, TestSettings.of(Map.of())).run();

      assertThatThrownBy(() -> tenant.now(old)).isInstanceOf(Refusal.class);
      assertThat(tenant.now(open).state()).isEqualTo(ActionState.RUNNING);
      assertThat(tenant.now(young).state()).isEqualTo(ActionState.COMPLETED);
      assertThat(tenant.ask(device, NewAction.of(ActionType.PING, Map.of()).named("t")).id())
          .isNotEqualTo(old.id());
    }
  }
}
