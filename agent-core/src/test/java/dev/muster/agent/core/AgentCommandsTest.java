package dev.muster.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.protocol.CommandSignature;
import dev.muster.protocol.Json;
import dev.muster.protocol.Platform;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// An agent with all its threads, on time that passes.
@Timeout(60)
class AgentCommandsTest {
  private final FakeCommandServer server = new FakeCommandServer();
  private final FakeDevice device = new FakeDevice();
  private final FakeExecutor executor = new FakeExecutor();
  private final MemoryCommandStore store = new MemoryCommandStore();
  private final BlockingQueue<DoorbellListener> listeners = new LinkedBlockingQueue<>();
  private final BlockingQueue<AgentEvent> events = new LinkedBlockingQueue<>();
  private final Agent agent =
      new Agent(
          new AgentSettings(
              "Pixel", "16", "0.1.0", Platform.ANDROID, null, null, Duration.ofHours(1)),
          new AgentPorts(
              server,
              device,
              device,
              new LineDoorbell(),
              AgentClock.system(),
              () -> 0.01,
              events::add),
          new CommandPorts(executor, store, Thread::new),
          new HeartbeatPorts(
              new FakeVitals(), new MemoryHeartbeatQueue(), Duration.ofHours(1), Thread::new));
  private FutureTask<Boolean> run = new FutureTask<>(() -> true);
  private Thread thread = new Thread();

  /// A doorbell whose line the test has in hand.
  private final class LineDoorbell implements Doorbell {
    @Override
    public String token() {
      return "fcm";
    }

    @Override
    public void listen(
        String deviceId, @org.jspecify.annotations.Nullable String token, DoorbellListener heard) {
      listeners.add(heard);
    }

    @Override
    public void close() {}
  }

  /// @return the agent's ear, once it has synced
  private DoorbellListener start() throws InterruptedException {
    run =
        new FutureTask<>(() -> {
          try {
            agent.run();
            return true;
          } catch (InterruptedException e) {
            return false;
          }
        });
    thread = new Thread(run);
    thread.start();
    server.reports.acquire();
    return listeners.take();
  }

  private void stop() throws Exception {
    thread.interrupt();
    run.get();
  }

  @AfterEach
  void nothingIsLeft() throws InterruptedException {
    thread.interrupt();
    thread.join();
  }

  private static Json.Obj command(String request, String action) {
    return Signing.nested(request, "device-1", action, Instant.now(), Signing.NONE);
  }

  private void expectResult(String request, String outcome) throws InterruptedException {
    assertThat(server.results.take().fields())
        .containsEntry("request_id", Json.of(request))
        .containsEntry("outcome", Json.of(outcome));
  }

  @Test
  void aCommandComesByTheDoorbellInEitherForm() throws Exception {
    DoorbellListener ear = start();
    ear.message(command("r1", "ping").canonical());
    expectResult("r1", "success");
    ear.message(
        Signing.flat("r2", "device-1", "ping", Instant.now(), Map.of("a", "b")).canonical());
    expectResult("r2", "success");
    ear.message("not JSON");
    ear.message("{\"type\": \"something_new\"}");
    ear.message("{}");
    assertThat(executor.executed).containsExactly("r1", "r2");
  }

  @Test
  void aPingIsAnsweredByAHeartbeatBesidesItsResult() throws Exception {
    DoorbellListener ear = start();
    ear.message(command("r1", "ping").canonical());
    expectResult("r1", "success");
    Json.Obj heartbeat = server.heartbeats.take();
    while (!heartbeat.fields().containsKey("is_ping_response")) {
      heartbeat = server.heartbeats.take(); // the one that is sent after a start
    }
    assertThat(heartbeat.fields())
        .containsEntry("device_id", Json.of("device-1"))
        .containsEntry("ping_request_id", Json.of("r1"));
  }

  @Test
  void aCommandThatWaitsIsFetchedWhenTheBellSaysSo() throws Exception {
    DoorbellListener ear = start();
    ear.connected();
    server.dispatch(command("r1", "sleep"));
    ear.message("{\"type\": \"commands_waiting\"}");
    executor.asleep.await();
    assertThat(server.progress.take().fields())
        .containsEntry("request_id", Json.of("r1"))
        .containsEntry("percent", Json.of(0));
  }

  @Test
  void aPolicyIsAppliedWhileACommandRuns() throws Exception {
    DoorbellListener ear = start();
    ear.message(command("r1", "sleep").canonical());
    executor.asleep.await();
    ear.message("{\"type\": \"policy_changed\"}");
    server.reports.acquire();
    assertThat(server.results).isEmpty();
  }

  @Test
  void aCommandRunsWhileAPolicyIsFetched() throws Exception {
    DoorbellListener ear = start();
    CountDownLatch pulling = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    server.policies.duringPolicy =
        () -> {
          pulling.countDown();
          awaitQuietly(goOn);
        };
    agent.ring();
    pulling.await();
    ear.message(command("r1", "ping").canonical());
    expectResult("r1", "success");
    goOn.countDown();
    server.reports.acquire();
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aRunningCommandIsCancelledAndTheNextOneRuns() throws Exception {
    DoorbellListener ear = start();
    ear.message(command("r1", "sleep").canonical());
    ear.message(command("r2", "ping").canonical());
    executor.asleep.await();
    ear.message(
        Signing.nested("r1-cancel", "device-1", "cancel", Instant.now(), Map.of("request_id", "r1"))
            .canonical());
    expectResult("r1", "cancelled");
    expectResult("r2", "success");
  }

  @Test
  void aCommandThatComesTwiceRunsOnceAndItsResultIsToldTwice() throws Exception {
    DoorbellListener ear = start();
    ear.message(command("r1", "reboot").canonical());
    expectResult("r1", "success");
    while (!(events.take() instanceof AgentEvent.ResultDelivered)) {
      // It is settled a moment after the server knows.
    }
    ear.message(command("r1", "reboot").canonical());
    ear.message(command("r1", "reboot").canonical());
    expectResult("r1", "success");
    assertThat(executor.executed).containsExactly("r1");
  }

  @Test
  void aCommandThatWasRunningWhenTheAgentStoppedIsReportedAtTheNextStart() throws Exception {
    DoorbellListener ear = start();
    ear.message(command("r1", "sleep").canonical());
    executor.asleep.await();
    stop();
    assertThat(server.results).isEmpty();
    start();
    expectResult("r1", "failed");
    assertThat(executor.executed).containsExactly("r1");
  }

  @Test
  void anErasedDeviceTellsForgetsAndStops() throws Exception {
    DoorbellListener ear = start();
    ear.message(command("r1", "wipe").canonical());
    expectResult("r1", "success");
    assertThat(run.get()).as("it ended by itself").isTrue();
    AgentState left = device.load();
    assertThat(left.deviceId()).isNull();
    assertThat(left.deviceToken()).isNull();
    assertThat(left.commandSecret()).isNull();
    assertThat(events).contains(new AgentEvent.Erased("device-1"));

    start();
    assertThat(device.load().deviceId()).as("it is the same hardware").isEqualTo("device-1");
  }

  @Test
  void aSecretIsTakenFromThePolicyShownAndReplaced() throws Exception {
    DoorbellListener ear = start();
    assertThat(device.load().commandSecret()).isEqualTo(Signing.SECRET);
    server.secret = "another-secret";
    agent.ring();
    server.reports.acquire();
    agent.ring();
    server.reports.acquire();
    assertThat(device.load().commandSecret()).isEqualTo("another-secret");
    assertThat(server.commandKeys)
        .startsWith(
            "0000000000000000",
            CommandSignature.fingerprint(Signing.SECRET),
            CommandSignature.fingerprint("another-secret"));
    ear.message(command("r1", "ping").canonical());
    while (!(events.take() instanceof AgentEvent.CommandIgnored)) {
      // What came before.
    }
    assertThat(executor.executed).isEmpty();
    assertThat(Objects.requireNonNull(store.records)).isEmpty();
  }
}
