package dev.muster.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The server dies at any moment, and nothing that it has acknowledged is lost.
class CrashTest {
  private static final int ROUNDS = 3;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Stage stage = new Stage(CrashTest.class);

  @AfterEach
  void stop() throws Exception {
    stage.close();
  }

  @Test
  void whatWasAcknowledgedIsThereAfterACrash() throws Exception {
    long seed = Long.getLong("muster.e2e.seed", System.nanoTime());
    System.out.println("CrashTest runs with -Dmuster.e2e.seed=" + seed);
    var random = new Random(seed);
    ServerPlan plan = stage.server("server");
    ServerProcess server = stage.start(plan);
    List<Witness> witnesses = witnesses(server);

    for (int round = 1; round <= ROUNDS; round++) {
      killAfter(50 + random.nextInt(400), server, witnesses, random);
      server = stage.start(plan);
      witnesses.forEach(Witness::verify);
    }

    assertThat(server.count("select count(*) from platform.outbox where dead_at is not null"))
        .isZero();
  }

  /// Clients of all kinds on one policy and its devices.
  private static List<Witness> witnesses(ServerProcess server) {
    Rest admin = server.admin();
    Rest anybody = Rest.anonymous(server.url());
    admin.post("/api/policies/", Map.of("name", "kiosk", "type", "KIOSK")).expect(201);
    var publishing = new Witness.Publishing(admin, "kiosk");
    publishing.ask(new Random(0));
    admin.post("/api/groups/", Map.of("name", "kiosks")).expect(201);
    admin.post("/api/groups/kiosks/assign-policy/kiosk/").expect(202);
    JsonNode token =
        admin
            .post(
                "/api/enrollment-tokens/", Map.of("max_uses", 100_000, "groups", List.of("kiosks")))
            .expect(201);
    String text = token.path("token").asText();
    List<Witness> witnesses = new ArrayList<>();
    witnesses.add(publishing);
    String task = admin.post("/api/tasks/", Map.of("title", "x")).expect(201).path("id").asText();
    witnesses.add(new Witness.Uploading(admin, task));
    for (int i = 1; i <= 3; i++) {
      witnesses.add(new Witness.Enrolling(anybody, text, "enrolling-" + i));
      witnesses.add(new Witness.Using(admin, FakeDevice.enroll(anybody, text, "using-" + i)));
    }
    return witnesses;
  }

  /// Lets all witnesses ask at once, and kills the server when so many answers have been given.
  private static void killAfter(
      int answers, ServerProcess server, List<Witness> witnesses, Random random) throws Exception {
    var answered = new AtomicInteger();
    List<Future<?>> asking = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Witness witness : witnesses) {
        var own = new Random(random.nextLong());
        asking.add(threads.submit(() -> askUntilGone(witness, own, answered)));
      }
      try {
        Await.until(PATIENCE, () -> assertThat(answered.get()).isGreaterThanOrEqualTo(answers));
      } finally {
        server.kill();
      }
      for (Future<?> one : asking) {
        one.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      }
    }
  }

  private static void askUntilGone(Witness witness, Random random, AtomicInteger answered) {
    try {
      while (true) {
        witness.ask(random);
        answered.incrementAndGet();
      }
    } catch (UncheckedIOException gone) {
      // which is what was waited for
    }
  }
}
