package dev.muster.server.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.muster.protocol.CommandSignature;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.EnrolledDevice;
import dev.muster.server.testing.Race;
import dev.muster.server.testing.ServerUnderTest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Commands on their way to devices of a whole server.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@SuppressWarnings("NullAway.Init") // injected
class CommandsApiTest {
  @Inject Waiters waiters;
  @Inject InstantSource clock;
  Api admin;

  @BeforeEach
  void newOrganization() {
    admin = Api.ofNewOrganization();
  }

  private String ask(FakeAgent agent, String type, Map<String, String> params) {
    return admin
        .post("/api/devices/" + agent.id() + "/actions/", Map.of("type", type, "params", params))
        .expect(201)
        .at("id");
  }

  private String state(String action) {
    return admin.get("/api/actions/" + action + "/").expect(200).at("state");
  }

  private JsonNode dispatches(String action) {
    return admin.get("/api/actions/" + action + "/dispatches/").expect(200).node("results");
  }

  private static <T> CompletableFuture<T> meanwhile(Supplier<T> work) {
    ExecutorService thread = Executors.newVirtualThreadPerTaskExecutor();
    return CompletableFuture.supplyAsync(work, thread);
  }

  private static <T> T of(CompletableFuture<T> running) {
    try {
      return running.get(30, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException failure) {
      throw new AssertionError(failure);
    }
  }

  private CompletableFuture<List<FakeAgent.Received>> waitingPoll(FakeAgent agent) {
    int before = waiters.count();
    CompletableFuture<List<FakeAgent.Received>> poll = meanwhile(() -> agent.poll(55));
    Eventually.see("waiting poll", waiters::count, count -> count > before || poll.isDone());
    return poll;
  }

  @Test
  void aConnectedDeviceIsSentTheSignedCommandAndItsResultEndsTheAction() {
    FakeAgent agent = FakeAgent.in(admin);
    try (FakeAgent.Connection line = agent.connect()) {
      String action = ask(agent, "LAUNCH_APP", Map.of("package", "org.example"));
      FakeAgent.Received command = line.next();

      assertThat(command.requestId()).isEqualTo(action + "-1");
      assertThat(command.action()).isEqualTo("launch_app");
      assertThat(command.json().path("device_id").asText()).isEqualTo(agent.id());
      assertThat(command.json().path("params").path("package").asText()).isEqualTo("org.example");
      assertThat(command.verifies(agent.secret())).isTrue();
      assertThat(command.verifies("another secret")).isFalse();
      assertThat(Duration.between(command.time(), clock.instant()).abs())
          .isLessThan(Duration.ofMinutes(5));
      agent.result(command, "success");
      assertThat(state(action)).isEqualTo("COMPLETED");
    }
  }

  @Test
  void whatWaitsWhenADeviceConnectsIsSentAtOnce() {
    FakeAgent agent = FakeAgent.in(admin);
    String action = ask(agent, "PING", Map.of());
    try (FakeAgent.Connection line = agent.connect()) {
      assertThat(line.next().requestId()).isEqualTo(action + "-1");
    }
  }

  @Test
  void everyTryIsARow() {
    FakeAgent agent = FakeAgent.in(admin);
    String action = ask(agent, "PING", Map.of());
    assertThat(dispatches(action)).isEmpty();
    agent.poll(0);
    agent.poll(0);

    JsonNode rows =
        Eventually.see("two rows", () -> dispatches(action), found -> found.size() == 2);
    assertThat(rows.findValuesAsText("channel")).containsOnly("POLL");
    assertThat(rows.findValuesAsText("retry")).containsExactly("1", "0");
    assertThat(rows.findValuesAsText("request_id")).containsOnly(action + "-1");
    assertThat(rows.path(0).path("error").isNull()).isTrue();
    assertThat(rows.path(0).path("latency_ms").asLong()).isNotNegative();
    assertThat(Instant.parse(rows.path(0).path("at").asText()))
        .isAfterOrEqualTo(Instant.parse(rows.path(1).path("at").asText()));
    assertThat(admin.get("/api/actions/action_1_1/dispatches/").status()).isEqualTo(404);
    assertThat(Api.ofNewOrganization().get("/api/actions/" + action + "/dispatches/").status())
        .isEqualTo(404);
  }

  @Test
  void aPollIsAnsweredAtOnceWithWhatWaitsAndSignedAnewEachTime() {
    FakeAgent agent = FakeAgent.in(admin);
    String action = ask(agent, "PING", Map.of());

    FakeAgent.Received first = agent.poll(55).getFirst();
    FakeAgent.Received again = agent.poll(0).getFirst();

    assertThat(first.requestId()).isEqualTo(action + "-1").isEqualTo(again.requestId());
    assertThat(again.time()).isAfter(first.time());
    assertThat(first.verifies(agent.secret()) && again.verifies(agent.secret())).isTrue();
  }

  @Test
  void aPollThatWaitsIsAnsweredWhenACommandComes() {
    FakeAgent agent = FakeAgent.in(admin);
    CompletableFuture<List<FakeAgent.Received>> poll = waitingPoll(agent);
    assertThat(poll.isDone()).isFalse();

    String action = ask(agent, "PING", Map.of());

    assertThat(of(poll)).extracting(FakeAgent.Received::requestId).containsExactly(action + "-1");
  }

  @Test
  void aPollWithNothingInTimeIsAnsweredWithNothing() {
    FakeAgent agent = FakeAgent.in(admin);
    assertThat(agent.poll(0)).isEmpty();
    assertThat(agent.poll(1)).isEmpty();
    assertThat(agent.self().get("/v1/agent/commands").expect(200).text())
        .isEqualTo("{\"commands\":[]}");
  }

  @Test
  void aWaitThatIsNoneIsRefused() {
    FakeAgent agent = FakeAgent.in(admin);
    for (String wait : List.of("56", "-1", "x", "1.5")) {
      Api.Answer answer = agent.self().get("/v1/agent/commands?wait=" + wait).expect(400);
      assertThat(answer.text()).contains("wait").contains("0 to 55");
    }
    assertThat(admin.get("/v1/agent/commands").status()).isEqualTo(403);
    assertThat(Api.anonymous().get("/v1/agent/commands").status()).isEqualTo(401);
  }

  @Test
  void aPollBringsTheSecretToADeviceThatSaysItHasNotGotIt() {
    FakeAgent agent = FakeAgent.in(admin);
    ask(agent, "PING", Map.of());
    Api.Answer given =
        agent
            .self()
            .withHeader("X-Command-Key", "none")
            .get("/v1/agent/commands?wait=55")
            .expect(200);
    assertThat(given.at("command_secret")).isEqualTo(agent.secret());
    assertThat(FakeAgent.received(given).getFirst().verifies(agent.secret())).isTrue();

    String shown = CommandSignature.fingerprint(agent.secret());
    for (Api self : List.of(agent.self(), agent.self().withHeader("X-Command-Key", shown))) {
      assertThat(self.get("/v1/agent/commands").expect(200).keys("")).containsExactly("commands");
    }
  }

  @Test
  void anAcknowledgedCommandIsNotSentAgain() {
    FakeAgent agent = FakeAgent.in(admin);
    String action = ask(agent, "PING", Map.of());
    FakeAgent.Received command = agent.poll(0).getFirst();

    agent.progress(command.requestId(), 0);

    assertThat(agent.poll(0)).isEmpty();
    try (FakeAgent.Connection line = agent.connect()) {
      agent.result(command, "success");
      assertThat(state(action)).isEqualTo("COMPLETED");
      ask(agent, "PING", Map.of());
      assertThat(line.next().requestId()).isNotEqualTo(command.requestId());
    }
  }

  @Test
  void aDeviceIsToldToStopUntilItSaysThatItHas() {
    FakeAgent agent = FakeAgent.in(admin);
    String action = ask(agent, "COLLECT_LOGS", Map.of());
    FakeAgent.Received command = agent.poll(0).getFirst();
    agent.progress(command.requestId(), 10);

    admin.post("/api/actions/" + action + "/cancel/").expect(200);

    FakeAgent.Received cancel = agent.poll(0).getFirst();
    assertThat(cancel.action()).isEqualTo("cancel");
    assertThat(cancel.requestId()).isEqualTo(command.requestId() + "-cancel");
    assertThat(cancel.json().path("params").path("request_id").asText())
        .isEqualTo(command.requestId());
    assertThat(cancel.verifies(agent.secret())).isTrue();
    assertThat(agent.poll(0)).hasSize(1);
    agent.result(command, "cancelled");
    assertThat(agent.poll(0)).isEmpty();
    assertThat(state(action)).isEqualTo("CANCELLED");
  }

  @Test
  void aDeviceIsNotToldToStopWhatItWasNeverHanded() {
    FakeAgent agent = FakeAgent.in(admin);
    String action = ask(agent, "PING", Map.of());
    admin.post("/api/actions/" + action + "/cancel/").expect(200);
    assertThat(agent.poll(0)).isEmpty();
  }

  @Test
  void aNewerPollEndsTheOlder() {
    FakeAgent agent = FakeAgent.in(admin);
    CompletableFuture<List<FakeAgent.Received>> older = waitingPoll(agent);
    CompletableFuture<List<FakeAgent.Received>> newer = meanwhile(() -> agent.poll(55));
    assertThat(of(older)).isEmpty();
    ask(agent, "PING", Map.of());
    assertThat(of(newer)).hasSize(1);
  }

  @Test
  void revokingTheTokenEndsAWaitingPoll() {
    FakeAgent agent = FakeAgent.in(admin);
    int before = waiters.count();
    CompletableFuture<Integer> poll =
        meanwhile(() -> agent.self().get("/v1/agent/commands?wait=55").status());
    Eventually.see("waiting poll", waiters::count, count -> count > before);

    admin.delete("/api/devices/" + agent.id() + "/token").expect(204);

    assertThat(of(poll)).isEqualTo(401);
  }

  @Test
  void aDeviceOfAnotherOrganizationGetsNothingOfThisOne() {
    FakeAgent agent = FakeAgent.in(admin);
    ask(agent, "PING", Map.of());
    EnrolledDevice stranger = EnrolledDevice.in(Api.ofNewOrganization());
    assertThat(FakeAgent.received(stranger.self().get("/v1/agent/commands").expect(200))).isEmpty();
    assertThat(agent.poll(0)).hasSize(1);
  }

  @Test
  void aDeviceThatHangsUpIsNoticed() throws InterruptedException {
    FakeAgent agent = FakeAgent.in(admin);
    int before = waiters.count();
    Thread poll = Thread.startVirtualThread(() -> agent.hangUpWhenInterrupted(55));
    Eventually.see("waiting poll", waiters::count, count -> count > before);
    poll.interrupt();
    poll.join();
    Eventually.see("end of the poll", waiters::count, count -> count <= before);
  }

  /// Each as soon as its poll is known, which is before anybody listens for its end.
  @Test
  void whoeverHangsUpAtOnceIsNoticedToo() throws InterruptedException {
    int before = waiters.count();
    for (int i = 0; i < 60; i++) {
      FakeAgent agent = FakeAgent.in(admin);
      int present = waiters.count();
      Thread poll = Thread.startVirtualThread(() -> agent.hangUpWhenInterrupted(55));
      while (waiters.count() <= present && poll.isAlive()) {
        Thread.onSpinWait();
      }
      poll.interrupt();
      poll.join();
    }
    Eventually.see("end of all polls", waiters::count, count -> count <= before);
  }

  @Test
  void aBurstOfAThousandCommandsToFiftyConnectedDevicesLosesNone() {
    int devices = 50;
    int each = 20;
    List<FakeAgent> agents = new ArrayList<>();
    List<FakeAgent.Connection> lines = new ArrayList<>();
    for (int i = 0; i < devices; i++) {
      agents.add(FakeAgent.in(admin));
      lines.add(agents.getLast().connect());
    }
    List<CompletableFuture<Set<String>>> working = new ArrayList<>();
    for (int i = 0; i < devices; i++) {
      FakeAgent agent = agents.get(i);
      FakeAgent.Connection line = lines.get(i);
      working.add(meanwhile(() -> agent.work(line, each)));
    }
    List<Set<String>> asked =
        Race.times(
            devices,
            number -> {
              Set<String> ids = new TreeSet<>();
              for (int i = 0; i < each; i++) {
                ids.add(ask(agents.get(number), "PING", Map.of()) + "-1");
              }
              return ids;
            });
    for (int i = 0; i < devices; i++) {
      assertThat(working.get(i).orTimeout(120, TimeUnit.SECONDS).join()).isEqualTo(asked.get(i));
      lines.get(i).close();
    }
    assertThat(admin.get("/api/actions/?state=COMPLETED&limit=1").expect(200).at("count"))
        .isEqualTo("1000");
    assertThat(admin.get("/metrics").text()).contains("muster_dispatches_total{");
  }
}
