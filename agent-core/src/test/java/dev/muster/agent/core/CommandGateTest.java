package dev.muster.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.agent.core.CommandGate.Entered;
import dev.muster.agent.core.CommandRecord.Stage;
import dev.muster.agent.core.Inbox.Arrival;
import dev.muster.protocol.Json;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class CommandGateTest {
  private final CommandRig rig = new CommandRig();

  CommandGateTest() throws IOException {
    rig.inbox.restore();
  }

  private Json.Obj ping(String request) {
    return Signing.nested(request, "d1", "ping", rig.clock.now(), Signing.NONE);
  }

  private void staysSilent(Json wire, String reason) {
    assertThat(rig.gate.receive(wire)).isNull();
    assertThat(rig.store.records).isEmpty();
    assertThat(rig.events)
        .singleElement()
        .isInstanceOfSatisfying(
            AgentEvent.CommandIgnored.class,
            ignored -> assertThat(ignored.reason()).contains(reason));
  }

  @Test
  void aSignedCommandComesInByEitherForm() {
    assertThat(rig.gate.receive(ping("r1"))).isEqualTo(new Entered("r1", Arrival.ACCEPTED));
    Json.Obj flat = Signing.flat("r2", "d1", "lock", rig.clock.now(), Map.of("message", "hi"));
    assertThat(rig.gate.receive(flat)).isEqualTo(new Entered("r2", Arrival.ACCEPTED));
    assertThat(rig.gate.receive(flat)).isEqualTo(new Entered("r2", Arrival.UNDER_WAY));
  }

  @Test
  void aWrongSignatureGetsNoAnswer() {
    staysSilent(Signing.with(ping("r1"), "action", Json.of("wipe")), "signature is wrong");
  }

  @Test
  void aSecondSignatureThatIsWrongGetsNoAnswerEither() {
    staysSilent(Signing.with(ping("r1"), "hmac2", Json.of("0".repeat(64))), "signature is wrong");
  }

  @Test
  void aCommandForAnotherDeviceGetsNoAnswer() {
    staysSilent(
        Signing.nested("r1", "d2", "ping", rig.clock.now(), Signing.NONE), "for another device");
  }

  @Test
  void withoutASecretNothingCanBeChecked() throws IOException {
    rig.memory.change(state -> new AgentState("hw", "d1", "md_1", 0, null));
    staysSilent(ping("r1"), "no command secret");
  }

  @Test
  void whatIsNoCommandGetsNoAnswer() {
    staysSilent(Json.texts(java.util.List.of("r1")), "is an object");
  }

  @Test
  void aCommandThatCannotBeKeptIsNotCarriedOutAndMayBeSentAgain() throws IOException {
    rig.store.failures = 1;
    staysSilent(ping("r1"), "The disk is full");
    assertThat(rig.inbox.begin()).isNull();
    assertThat(rig.gate.receive(ping("r1"))).isEqualTo(new Entered("r1", Arrival.ACCEPTED));
  }

  @Test
  void aClockThatIsWrongIsToldToTheServer() {
    Json.Obj late = ping("r1");
    rig.clock.set(rig.clock.now().plus(Duration.ofSeconds(431)));
    assertThat(rig.gate.receive(late)).isEqualTo(new Entered("r1", Arrival.ENDED));
    CommandRecord refused = Objects.requireNonNull(rig.store.nextEnded());
    assertThat(refused.result())
        .isEqualTo(
            CommandResult.refused(
                "clock_skew: the command's time is 431 s behind this device's clock"));
  }

  @Test
  void anOldCopyOfACommandThatWasDoneIsAnsweredWithItsResult() throws IOException {
    Json.Obj command = ping("r1");
    rig.gate.receive(command);
    rig.inbox.begin();
    rig.inbox.over();
    rig.inbox.finish(CommandResult.success("pong"));
    rig.inbox.move(Objects.requireNonNull(rig.store.nextEnded()), Stage.SETTLED);
    rig.clock.set(rig.clock.now().plus(Duration.ofHours(2)));
    assertThat(rig.gate.receive(command)).isEqualTo(new Entered("r1", Arrival.ENDED));
    assertThat(Objects.requireNonNull(rig.store.nextEnded()).result())
        .isEqualTo(CommandResult.success("pong"));
  }

  @Test
  void aCancellationIsACommandThatIsSignedAndAnswersNothingItself() throws IOException {
    rig.gate.receive(ping("r1"));
    Map<String, String> target = Map.of("request_id", "r1");
    Json.Obj cancel = Signing.nested("r1-cancel", "d1", "cancel", rig.clock.now(), target);
    assertThat(rig.gate.receive(Signing.with(cancel, "hmac2", Json.of("0".repeat(64))))).isNull();
    assertThat(rig.store.nextEnded()).isNull();
    assertThat(rig.gate.receive(cancel)).isNull();
    CommandRecord cancelled = Objects.requireNonNull(rig.store.nextEnded());
    assertThat(cancelled.command().requestId()).isEqualTo("r1");
    assertThat(rig.store.records).containsOnlyKeys("r1");
    assertThat(rig.inbox.begin()).isNull();
  }

  @Test
  void aCancellationByPushNamesItsTargetInItsOwnRequestId() throws IOException {
    rig.gate.receive(ping("r1"));
    rig.gate.receive(
        Signing.flat("r1-cancel", "d1", "cancel", rig.clock.now(), Map.of("request_id", "r1")));
    assertThat(Objects.requireNonNull(rig.store.nextEnded()).command().requestId()).isEqualTo("r1");
  }

  @Test
  void aLateCancellationAndOneWithoutTargetAreIgnored() {
    rig.gate.receive(ping("r1"));
    Json.Obj late =
        Signing.nested(
            "r1-cancel",
            "d1",
            "cancel",
            rig.clock.now().minusSeconds(400),
            Map.of("request_id", "r1"));
    rig.gate.receive(late);
    rig.gate.receive(Signing.nested("x", "d1", "cancel", rig.clock.now(), Signing.NONE));
    assertThat(rig.store.nextEnded()).isNull();
    assertThat(rig.events)
        .filteredOn(AgentEvent.CommandIgnored.class::isInstance)
        .hasSize(2)
        .first()
        .asString()
        .contains("400 s behind");
  }
}
