package dev.muster.agent.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.agent.core.CommandRecord.Stage;
import dev.muster.agent.core.ProgressBoard.Update;
import dev.muster.protocol.CommandSignature;
import dev.muster.protocol.Json;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResultCourierTest {
  private final CommandRig rig = new CommandRig();

  ResultCourierTest() throws IOException {
    rig.inbox.restore();
  }

  private void run(int waits) {
    rig.clock.endAfterWaits(waits);
    assertThatThrownBy(rig.courier::run).isInstanceOf(InterruptedException.class);
  }

  private void end(String request, CommandResult result) throws IOException {
    rig.inbox.arrive(rig.command(request, "reboot"));
    rig.inbox.begin();
    rig.inbox.over();
    rig.inbox.finish(result);
  }

  private Stage stage(String request) {
    return Objects.requireNonNull(rig.store.find(request)).stage();
  }

  private <E extends AgentEvent> List<E> events(Class<E> kind) {
    return rig.events.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  @Test
  void aResultIsToldAsTheContractSays() throws IOException {
    end("r1", CommandResult.success("done").with(Json.obj(Map.of("a", Json.of(1)))));
    run(1);
    assertThat(rig.server.calls()).containsExactly("POST /v1/action-result");
    assertThat(rig.server.requests.get(0).headers()).containsEntry("Authorization", "Bearer md_1");
    assertThat(rig.server.body(0))
        .isEqualTo(
            Json.obj(
                Map.of(
                    "request_id", Json.of("r1"),
                    "device_id", Json.of("d1"),
                    "action", Json.of("reboot"),
                    "outcome", Json.of("success"),
                    "message", Json.of("done"),
                    "finished_at", Json.of("2026-01-01T00:00:00.000000+00:00"),
                    "data", Json.obj(Map.of("a", Json.of(1))))));
    assertThat(stage("r1")).isEqualTo(Stage.SETTLED);
    assertThat(events(AgentEvent.ResultDelivered.class)).hasSize(1);
  }

  @Test
  void resultsAreToldInOrderAndTheFirstHoldsTheOthersUp() throws IOException {
    end("r1", CommandResult.success(""));
    end("r2", CommandResult.success(""));
    rig.server.next(new IOException("no network"));
    rig.server.next(503, "");
    run(3);
    assertThat(rig.clock.waits.subList(0, 2))
        .containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2));
    assertThat(List.of(rig.server.body(0), rig.server.body(1), rig.server.body(2)))
        .allMatch(body -> Json.of("r1").equals(body.fields().get("request_id")));
    assertThat(rig.server.body(3).fields()).containsEntry("request_id", Json.of("r2"));
    assertThat(events(AgentEvent.CommandsDelayed.class).get(0).reason()).isEqualTo("no network");
  }

  @Test
  void theServerIsNotAskedSoonerThanItSays() throws IOException {
    end("r1", CommandResult.success(""));
    rig.server.next(new Transport.Reply(429, Map.of("Retry-After", "60"), ""));
    rig.line.ring();
    run(2);
    assertThat(rig.clock.waits.get(0)).isGreaterThanOrEqualTo(Duration.ofSeconds(60));
    assertThat(rig.clock.deaf.get(0)).as("no bell cuts it short").isTrue();
    assertThat(stage("r1")).isEqualTo(Stage.SETTLED);
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 403, 404, 409, 413, 422})
  void whatTheServerWillNeverTakeIsDroppedAndHoldsNothingUp(int status) throws IOException {
    end("r1", CommandResult.success(""));
    end("r2", CommandResult.success(""));
    rig.server.next(status, "{\"detail\": \"Not yours.\"}");
    run(1);
    assertThat(events(AgentEvent.ResultDropped.class))
        .singleElement()
        .satisfies(dropped -> {
          assertThat(dropped.requestId()).isEqualTo("r1");
          assertThat(dropped.reason()).contains(String.valueOf(status), "Not yours.");
        });
    assertThat(stage("r1")).isEqualTo(Stage.SETTLED);
    assertThat(stage("r2")).isEqualTo(Stage.SETTLED);
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 408, 429, 500, 502, 503, 507})
  void whatMayPassIsTriedAgain(int status) throws IOException {
    end("r1", CommandResult.success(""));
    rig.server.next(status, "");
    run(2);
    assertThat(rig.server.requests).hasSize(2);
    assertThat(stage("r1")).isEqualTo(Stage.SETTLED);
  }

  @Test
  void aResultIsKeptForADayAndThenDroppedWithAWord() throws IOException {
    end("r1", CommandResult.success(""));
    rig.clock.set(rig.clock.now().plus(Duration.ofHours(24)));
    rig.server.next(503, "");
    run(1);
    assertThat(stage("r1")).isEqualTo(Stage.ENDED);
    rig.clock.set(rig.clock.now().plus(Duration.ofHours(1)));
    run(1);
    assertThat(rig.server.requests).hasSize(1);
    assertThat(events(AgentEvent.ResultDropped.class).get(0).reason()).contains("24 hours");
  }

  @Test
  void commandsAreKnownForADayAfterTheirEnd() throws IOException {
    end("r1", CommandResult.success(""));
    run(1);
    rig.clock.set(rig.clock.now().plus(Duration.ofHours(22)));
    run(1);
    assertThat(rig.store.records).isNotEmpty();
    rig.clock.set(rig.clock.now().plus(Duration.ofHours(3)));
    run(1);
    assertThat(rig.store.records).isEmpty();
  }

  @Test
  void anotherDeviceTellsNothingOfTheEarlierOne() throws IOException {
    end("r1", CommandResult.success(""));
    rig.memory.change(state -> new AgentState("hw", "d2", "md_2", 0, Signing.SECRET));
    run(1);
    assertThat(rig.server.requests).isEmpty();
    assertThat(events(AgentEvent.ResultDropped.class)).hasSize(1);
  }

  @Test
  void aDeviceThatIsNobodyYetKeepsItsResults() throws IOException {
    end("r1", CommandResult.success(""));
    rig.memory.change(AgentState::erased);
    run(1);
    assertThat(rig.server.requests).isEmpty();
    assertThat(stage("r1")).isEqualTo(Stage.ENDED);
  }

  @Test
  void progressIsToldAndAnAnswerMayCancel() throws IOException {
    rig.inbox.arrive(rig.command("r1", "reboot"));
    rig.inbox.arrive(rig.command("r2", "reboot"));
    rig.board.arrived("r2", rig.clock.now());
    rig.server.next(200, "{\"ok\": true, \"cancelled\": true}");
    run(1);
    assertThat(rig.server.calls())
        .containsExactly("POST /v1/action-progress", "POST /v1/action-result");
    assertThat(rig.server.body(0))
        .isEqualTo(
            Json.obj(
                Map.of(
                    "request_id", Json.of("r2"),
                    "device_id", Json.of("d1"),
                    "percent", Json.of(0),
                    "at", Json.of(CommandSignature.time(rig.clock.now())))));
    assertThat(rig.server.body(1).fields()).containsEntry("outcome", Json.of("cancelled"));
    assertThat(stage("r1")).isEqualTo(Stage.WAITING);
  }

  @Test
  void progressThatNobodyWantsIsLetGoAndProgressThatFailsIsTriedAgain() {
    rig.board.arrived("r1", rig.clock.now());
    rig.board.arrived("r2", rig.clock.now());
    rig.server.next(404, "");
    rig.server.next(new IOException("no network"));
    run(2);
    assertThat(rig.server.requests).hasSize(3);
    assertThat(events(AgentEvent.ResultDropped.class)).isEmpty();
  }

  @Test
  void progressThatIsNotDueIsWaitedFor() {
    rig.board.report(new Update("r1", 10, "walking", rig.clock.now()));
    run(1);
    rig.board.report(new Update("r1", 20, "", rig.clock.now().plusMillis(1)));
    rig.clock.waits.clear();
    run(2);
    assertThat(rig.clock.waits.get(0)).isEqualTo(Duration.ofSeconds(1));
    assertThat(rig.server.requests).hasSize(2);
  }

  @Test
  void anErasedDeviceForgetsWhoItIsOnceTheServerKnows() throws IOException {
    end("r1", CommandResult.success("erased").leaving());
    rig.server.next(503, "");
    run(1);
    assertThat(rig.memory.state().deviceId()).isEqualTo("d1");
    run(1);
    assertThat(rig.device.load()).isEqualTo(new AgentState("hw", null, null, 0, null));
    assertThat(rig.events).contains(new AgentEvent.Erased("d1"));
    assertThat(rig.erased).isEqualTo(1);
    assertThat(stage("r1")).isEqualTo(Stage.SETTLED);
  }

  @Test
  void anErasureThatACrashCutOffIsFinishedOnceAndNotRepeated() throws IOException {
    end("r1", CommandResult.success("erased").leaving());
    rig.inbox.move(Objects.requireNonNull(rig.store.nextEnded()), Stage.LEAVING);
    rig.courier.restore();
    assertThat(rig.device.load().deviceId()).isNull();
    rig.memory.change(state -> CommandRig.SELF);
    rig.courier.restore();
    assertThat(rig.memory.state()).isEqualTo(CommandRig.SELF);
    assertThat(rig.server.requests).isEmpty();
  }

  @Test
  void aStoreThatFailsIsTriedAgainAndTheResultIsToldAgain() throws IOException {
    end("r1", CommandResult.success(""));
    rig.store.failures = 1;
    run(2);
    assertThat(rig.server.requests).as("the server takes it as one").hasSize(2);
    assertThat(stage("r1")).isEqualTo(Stage.SETTLED);
  }

  @Test
  void aDeactivatedDeviceKeepsItsResultUntilItIsActivated() throws IOException {
    end("r1", CommandResult.success("done"));
    rig.server.next(403, "{\"code\": \"device_deactivated\", \"detail\": \"Not now.\"}");
    run(2);
    assertThat(rig.server.requests).hasSize(2);
    assertThat(events(AgentEvent.ResultDropped.class)).isEmpty();
    assertThat(events(AgentEvent.CommandsDelayed.class).get(0).reason()).endsWith("403: Not now.");
    assertThat(stage("r1")).isEqualTo(Stage.SETTLED);
  }

  @Test
  void anErasureThatCannotBeFinishedAtTheStartIsFinishedLater() throws IOException {
    end("r1", CommandResult.success("erased").leaving());
    rig.inbox.move(Objects.requireNonNull(rig.store.nextEnded()), Stage.LEAVING);
    rig.store.failures = 1;
    run(2);
    assertThat(rig.device.load().deviceId()).isNull();
    assertThat(rig.erased).isEqualTo(1);
    assertThat(stage("r1")).isEqualTo(Stage.SETTLED);
    assertThat(rig.server.requests).isEmpty();
  }
}
