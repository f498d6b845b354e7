package dev.muster.agent.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.protocol.CommandSignature;
import dev.muster.protocol.Json;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class CommandPollerTest {
  private final CommandRig rig = new CommandRig();
  private final List<Json> received = new ArrayList<>();

  /// Which secret the agent had when it received each.
  private final List<String> secrets = new ArrayList<>();

  private final CommandPoller poller =
      new CommandPoller(rig.ports, rig.memory, rig.calls, this::receive);

  private boolean receive(Json command) {
    try {
      secrets.add(Objects.requireNonNullElse(rig.memory.state().commandSecret(), "none"));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    boolean isNew = !received.contains(command);
    received.add(command);
    return isNew;
  }

  private void run(int waits) {
    rig.clock.endAfterWaits(waits);
    assertThatThrownBy(poller::run).isInstanceOf(InterruptedException.class);
  }

  private static String commands(String... requests) {
    return Json.obj(Map.of("commands", Json.texts(List.of(requests)))).canonical();
  }

  @Test
  void whenAskedItPollsAtOnceAndSaysWhichSecretItHas() {
    poller.ask();
    rig.server.next(200, commands("r1", "r2"));
    run(1);
    assertThat(rig.server.calls()).containsExactly("GET /v1/agent/commands?wait=0");
    assertThat(rig.server.requests.get(0).headers())
        .containsEntry("X-Command-Key", CommandSignature.fingerprint(Signing.SECRET))
        .containsEntry("Authorization", "Bearer md_1");
    assertThat(rig.server.requests.get(0).held()).isEqualTo(Duration.ZERO);
    assertThat(received).containsExactly(Json.of("r1"), Json.of("r2"));
  }

  @Test
  void withALineItWaitsToBeAsked() {
    poller.lineIsOpen(true);
    run(1);
    assertThat(rig.server.calls()).containsExactly("GET /v1/agent/commands?wait=0");
    assertThat(rig.clock.waits).containsExactly(Duration.ofDays(1));
  }

  @Test
  void withoutALineItPollsForLongAfterSomeGrace() {
    rig.server.next(200, commands("r1"));
    rig.server.next(200, commands("r2"));
    run(2);
    assertThat(rig.clock.waits.get(0)).isEqualTo(CommandPoller.GRACE);
    assertThat(rig.server.calls()).hasSize(3).containsOnly("GET /v1/agent/commands?wait=55");
    assertThat(rig.server.requests.get(0).held()).isEqualTo(Duration.ofSeconds(55));
  }

  @Test
  void aLineThatIsLostHasItsGraceAgain() {
    poller.lineIsOpen(true);
    run(1);
    poller.lineIsOpen(false);
    rig.clock.waits.clear();
    run(1);
    assertThat(rig.clock.waits).containsExactly(CommandPoller.GRACE);
  }

  @Test
  void aServerThatHoldsNothingIsNotAskedWithoutEnd() {
    rig.server.next(200, commands("r1"));
    rig.server.next(200, commands("r1"));
    rig.server.next(200, commands("r1"));
    run(4);
    assertThat(rig.server.requests).hasSize(4);
    assertThat(rig.clock.waits.subList(1, 4))
        .containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(4));
  }

  @Test
  void aFailureIsWaitedOutAsLongAsTheServerSays() {
    poller.ask();
    rig.server.next(new Transport.Reply(503, Map.of("Retry-After", "30"), ""));
    run(1);
    assertThat(rig.clock.waits.get(0)).isEqualTo(Duration.ofSeconds(31));
    assertThat(rig.clock.deaf.get(0)).isTrue();
    poller.ask();
    rig.server.next(new IOException("no network"));
    run(1);
    assertThat(rig.events)
        .contains(new AgentEvent.CommandsDelayed("no network", Duration.ofSeconds(2)));
  }

  private void pollWithSecret() {
    Json.Obj reply =
        Json.obj(
            Map.of(
                "commands", Json.texts(List.of("r1")), "command_secret", Json.of("the new one")));
    rig.server.next(200, reply.canonical());
    poller.ask();
    run(1);
    assertThat(rig.server.calls()).hasSize(2).containsOnly("GET /v1/agent/commands?wait=0");
    assertThat(rig.server.requests.get(1).headers())
        .as("the server sees at once that it has arrived")
        .containsEntry("X-Command-Key", CommandSignature.fingerprint("the new one"));
    assertThat(rig.events.toString()).doesNotContain("the new one");
  }

  @Test
  void aFirstSecretIsTakenBeforeTheCommandsThatAreSignedWithIt() throws IOException {
    rig.memory.change(state -> new AgentState("hw", "d1", "md_1", 0, null));
    pollWithSecret();
    assertThat(secrets).containsExactly("the new one");
    assertThat(rig.device.load().commandSecret()).isEqualTo("the new one");
  }

  @Test
  void aNewSecretIsTakenAfterTheCommandsThatTheOldOneSigned() throws IOException {
    pollWithSecret();
    assertThat(secrets).containsExactly(Signing.SECRET);
    assertThat(rig.device.load().commandSecret()).isEqualTo("the new one");
  }

  @Test
  void whoHasNoTokenHasNobodyToAskFor() throws IOException {
    rig.memory.change(AgentState::erased);
    poller.ask();
    run(1);
    assertThat(rig.server.requests).isEmpty();
  }
}
