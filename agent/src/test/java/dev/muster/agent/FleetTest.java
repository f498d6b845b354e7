package dev.muster.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.protocol.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class FleetTest {
  private static final int DEVICES = 50;

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path directory;

  private final List<String> lines = new CopyOnWriteArrayList<>();

  private interface During {
    void run() throws InterruptedException;
  }

  private void whileRunning(FakeServer server, @Nullable String token, During work)
      throws Exception {
    FleetPlan plan =
        new FleetPlan(
            DEVICES,
            server.address(),
            token,
            Troubles.NONE,
            new Rhythm(Duration.ofMillis(200), Duration.ofMillis(300)),
            PlatformMix.parse("android=1,linux=1"),
            Pace.AT_ONCE);
    try (StateFolder folder = StateFolder.open(directory)) {
      FutureTask<@Nullable Void> fleet =
          new FutureTask<>(() -> {
            runUntilInterrupted(new Fleet(plan, folder, lines::add));
            return null;
          });
      Thread thread = Thread.ofVirtual().start(fleet);
      work.run();
      thread.interrupt();
      fleet.get();
    }
  }

  private static void runUntilInterrupted(Fleet fleet) throws IOException {
    try {
      fleet.run();
    } catch (InterruptedException _) {
      // That is how a fleet is stopped.
    }
  }

  @Test
  void aFleetEnrollsFollowsThePolicyAndDoesNotEnrollAgainAfterARestart() throws Exception {
    try (FakeServer server = new FakeServer()) {
      server.requireEnrollmentToken("me_fleet");
      whileRunning(
          server,
          "me_fleet",
          () -> {
            server.awaitCompliant(DEVICES);
            server.publish(Json.obj(Map.of("passwordMinLength", Json.of(12))));
            server.awaitCompliant(DEVICES);
          });
      assertThat(server.enrollCalls()).isEqualTo(DEVICES);

      server.publish(Json.obj(Map.of("cameraDisabled", Json.of(false))));
      whileRunning(server, null, () -> server.awaitCompliant(DEVICES));
      assertThat(server.enrollCalls()).isEqualTo(DEVICES);
      assertThat(server.enrollments().values())
          .extracting(enrollment -> enrollment.fields().get("platform"))
          .containsOnly(Json.of("ANDROID"), Json.of("LINUX"));
      assertThat(server.enrollments().values())
          .extracting(enrollment -> enrollment.fields().get("alias"))
          .contains(Json.of("sim-00001"), Json.of("sim-00050"))
          .doesNotHaveDuplicates();
    }
  }

  @Test
  void everyDeviceSendsHeartbeatsAndCatchesUpAfterAnOutage() throws Exception {
    try (FakeServer server = new FakeServer()) {
      whileRunning(
          server,
          null,
          () -> {
            server.heartbeats().await(DEVICES, heartbeats -> heartbeats.size() >= 2);
            server.heartbeats().fail(true);
            server.heartbeats().awaitRefusedBatches(DEVICES);
            server.heartbeats().fail(false);
            server.heartbeats().awaitBatches(DEVICES);
          });
      assertThat(server.heartbeats().ofDevice("d0"))
          .allSatisfy(heartbeat ->
              assertThat(heartbeat.fields())
                  .containsKeys("battery", "system", "memory", "network", "timestamp_utc"));
    }
  }

  @Test
  void aFleetNeedsNoTokenOnAnOpenServer() throws Exception {
    try (FakeServer server = new FakeServer()) {
      whileRunning(server, null, () -> server.awaitCompliant(DEVICES));
      assertThat(server.enrollCalls()).isEqualTo(DEVICES);
    }
  }

  @Test
  void aboutTheGivenShareOfAFleetIsOff() {
    Random random = new Random(7);
    PowerCuts cuts = new PowerCuts(0.2, random::nextDouble);
    boolean[] on = new boolean[2000];
    for (int i = 0; i < on.length; i++) {
      on[i] = !cuts.startsOff();
    }
    for (int second = 0; second < 300; second++) {
      int off = 0;
      for (int i = 0; i < on.length; i++) {
        on[i] ^= cuts.flips(on[i], Duration.ofSeconds(1));
        off += on[i] ? 0 : 1;
      }
      assertThat(off).isBetween(300, 500);
    }
    PowerCuts never = new PowerCuts(0, random::nextDouble);
    assertThat(never.startsOff()).isFalse();
    assertThat(never.flips(true, Duration.ofHours(1))).isFalse();
  }

  @Test
  void everyDeviceAnswersItsCommandsOnce() throws Exception {
    try (FakeServer server = new FakeServer()) {
      FakeCommands commands = server.commands();
      for (int device = 0; device < DEVICES; device++) {
        for (int number = 0; number < 4; number++) {
          commands.dispatch("d" + device, "a" + device + "_" + number + "-1", "ping", Map.of());
        }
      }
      whileRunning(server, null, () -> commands.await(results -> results.size() == 4 * DEVICES));
    }
  }
}
