package dev.muster.server.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.action.Action;
import dev.muster.server.device.Device;
import dev.muster.server.dispatch.DispatchWorld.Node;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// What a connection took whose device was gone.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TakenBackTest {
  private static final Duration RESEND = Duration.ofSeconds(15);

  private final DispatchWorld world = new DispatchWorld(Map.of());
  private final Node node = world.node();

  @AfterAll
  void close() {
    world.close();
  }

  /// It comes due again, and of all nodes none hands it out.
  private void miss() {
    world.clock.advance(RESEND);
    node.ticks.run();
    world.clock.advance(Duration.ofSeconds(1));
    node.ticks.run();
  }

  private Action handed(Channel channel) {
    Device device = world.device();
    Action action = world.begin(device);
    Ready ready = node.take(device).getFirst();
    var took = new Outcome.Took(world.clock.instant(), world.clock.instant());
    node.outcomes.note(List.of(Outcome.handed(ready.delivery(), channel, took, RESEND)));
    assertThat(world.isHandedOut(action)).isTrue();
    return action;
  }

  private void sql(String statement, Action action) {
    world.database.in(world.organization, handle -> handle.execute(statement, action.id().value()));
  }

  private Instant dueAt(Action action) {
    return world.database.in(
        world.organization,
        handle ->
            handle
                .createQuery("select due_at from action.action where id = :id")
                .bind("id", action.id().value())
                .mapTo(OffsetDateTime.class)
                .one()
                .toInstant());
  }

  private boolean isDelivered(Action action) {
    return world.database.in(
        world.organization,
        handle ->
            handle
                .createQuery(
                    "select delivered_at is not null from action.attempt where request_id = :request")
                .bind("request", action.requestId())
                .mapTo(Boolean.class)
                .one());
  }

  @Test
  void whatADeadConnectionTookWaitsForTheDeviceForAsLongAsTheActionLives() {
    Action action = handed(Channel.WEBSOCKET);
    assertThat(dueAt(action)).isEqualTo(world.clock.instant().plusSeconds(600));

    miss();

    assertThat(world.isHandedOut(action)).isFalse();
    assertThat(isDelivered(action)).isFalse();
    assertThat(dueAt(action)).isEqualTo(action.order().expiresAt());
    assertThat(world.onTheWay(action).orElseThrow().waitsFor())
        .isEqualTo(Delivery.WaitsFor.CONNECTION);
  }

  @Test
  void theTimeoutRunsFromTheConnectionThatTheDeviceReallyHolds() {
    Device device = world.device();
    Action action = world.begin(device);
    Ready lost = node.take(device).getFirst();
    var took = new Outcome.Took(world.clock.instant(), world.clock.instant());
    node.outcomes.note(List.of(Outcome.handed(lost.delivery(), Channel.WEBSOCKET, took, RESEND)));
    miss();
    node.connect(device);
    world.clock.advance(Duration.ofMinutes(20));

    node.hand(device);
    node.note(1);

    assertThat(world.isHandedOut(action)).isTrue();
    assertThat(isDelivered(action)).isTrue();
    assertThat(dueAt(action)).isEqualTo(world.clock.instant().plusSeconds(600));
  }

  @Test
  void whatTheDeviceAskedForStaysHandedOver() {
    Action action = handed(Channel.POLL);
    Instant due = dueAt(action);
    miss();
    assertThat(world.isHandedOut(action)).isTrue();
    assertThat(dueAt(action)).isEqualTo(due);
  }

  @Test
  void whatTheDeviceAcknowledgedStaysHandedOver() {
    Action action = handed(Channel.WEBSOCKET);
    world.acknowledge(action);
    miss();
    assertThat(world.isHandedOut(action)).isTrue();
  }

  @Test
  void anAttemptWhoseDeviceHasSpokenOrThatIsOverStaysAsItIs() {
    Action spoken = handed(Channel.WEBSOCKET);
    sql("update action.action set progress_at = now() where id = ?", spoken);
    Action ended = handed(Channel.WEBSOCKET);
    sql("update action.attempt set ended_at = now() where action_id = ?", ended);
    Action late = handed(Channel.WEBSOCKET);
    sql("update action.action set expires_at = '2001-01-01' where id = ?", late);

    miss();

    for (Action action : List.of(spoken, ended, late)) {
      assertThat(isDelivered(action)).isTrue();
      assertThat(world.isHandedOut(action)).isTrue();
    }
  }
}
