package dev.muster.server.action;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.action.ActionWorld.Tenant;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // set before each test
class ProgressTest {
  private final ActionWorld world = new ActionWorld(Map.of("muster.action.attempts", "2"));
  private Tenant tenant;
  private Action action;

  @BeforeEach
  void ask() {
    tenant = world.tenant();
    action = tenant.ask(tenant.device(), ActionType.PING);
    world.heard.lines.clear();
  }

  @AfterAll
  void close() {
    world.close();
  }

  @Test
  void ofManyWordsAtOnceTheFirstAndTheEndAreKept() {
    for (int percent = 0; percent <= 100; percent++) {
      assertThat(say(percent)).isFalse();
      assertThat(kept()).isEqualTo(percent == 100 ? 100 : 0);
    }
    assertThat(say(100)).isFalse();

    assertThat(world.heard.lines).hasSize(2).containsOnly("RUNNING " + action.id());
  }

  @Test
  void halfASecondLaterTheNextIsKept() {
    say(1);
    world.clock.advance(Duration.ofMillis(499));
    say(2);
    assertThat(kept()).isEqualTo(1);
    world.clock.advance(Duration.ofMillis(1));

    say(3);

    assertThat(kept()).isEqualTo(3);
  }

  @Test
  void whatIsNotKeptHearsOfACancellationAllTheSame() {
    say(1);
    world.actions.cancel(tenant.admin(), action.id().value(), null);

    assertThat(say(2)).isTrue();
  }

  @Test
  void theFirstWordOfTheNextAttemptIsKept() {
    say(100);
    tenant.answer(action, "failed", "flat battery");
    world.clock.advance(Duration.ofSeconds(10));
    world.ticks.run();
    action = tenant.now(action);

    say(0);

    assertThat(kept()).isEqualTo(0);
    assertThat(tenant.now(action).run().deliveredAt()).isEqualTo(world.clock.instant());
  }

  private boolean say(int percent) {
    String device = action.handle();
    return world.results.progress(
        tenant.self(device), device, action.requestId(), percent, "unpacking");
  }

  private @Nullable Integer kept() {
    return tenant.now(action).progress().percent();
  }
}
