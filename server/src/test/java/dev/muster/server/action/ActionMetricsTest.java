package dev.muster.server.action;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.device.NewDevice;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Role;
import dev.muster.server.testing.MutableClock;
import dev.muster.server.testing.Tenants;
import dev.muster.server.testing.TestDatabase;
import dev.muster.server.testing.TestSettings;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ActionMetricsTest {
  private final TestDatabase postgres = TestDatabase.create();
  private final MutableClock clock = new MutableClock();
  private final ActionRoom room =
      ActionRoom.on(postgres.database(), clock, TestSettings.of(Map.of()));
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final Caller.Person admin =
      Tenants.person(Tenants.fresh(postgres.database()), Role.ADMIN);

  @AfterAll
  void close() {
    postgres.close();
  }

  private Timer ended(String outcome) {
    return metrics.get(ActionMetrics.NAME).tags("type", "PING", "outcome", outcome).timer();
  }

  @Test
  void eachEndIsCountedOnceWithHowLongItTookAndNothingThatWasUndone() {
    ActionMetrics counting = new ActionMetrics(metrics);
    room.actionChanges().add(counting);
    room.devices().register(admin, NewDevice.named("d").withHandle("till"));
    NewAction ping = NewAction.of(ActionType.PING, Map.of());
    Action running = room.actions().initiate(admin, "till", ping);
    Action waiting = room.actions().initiate(admin, "till", ping);
    clock.advance(Duration.ofSeconds(7));

    room.actions().cancel(admin, waiting.id().value(), null);
    room.actions().cancel(admin, waiting.id().value(), null);

    assertThat(ended("cancelled").count()).isEqualTo(1);
    assertThat(ended("cancelled").totalTime(TimeUnit.SECONDS)).isEqualTo(7);

    assertThatThrownBy(() ->
            postgres
                .database()
                .in(
                    admin.organization(),
                    handle -> {
                      Action done =
                          running.ended(ActionState.COMPLETED, clock.instant(), null, null);
                      counting.changed(
                          handle, admin.organization(), java.util.List.of(running, done));
                      throw new IllegalStateException("undone");
                    }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(metrics.find(ActionMetrics.NAME).tag("outcome", "completed").timer()).isNull();
  }
}
