package dev.muster.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What goes wrong around a server, and what it does about it.
class FaultTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Stage STAGE = new Stage(FaultTest.class);
  private static final ServerPlan PLAN = STAGE.server("server");

  @SuppressWarnings("NullAway.Init")
  private static ServerProcess server;

  @BeforeAll
  static void start() {
    server = STAGE.start(PLAN);
  }

  @AfterAll
  static void stop() throws Exception {
    STAGE.close();
  }

  @Test
  void requestsAreRefusedWhilePostgresIsDeadAndWorkAgainByThemselves() throws Exception {
    Rest admin = server.admin();
    JsonNode token =
        admin.post("/api/enrollment-tokens/", Map.of("max_uses", 1_000_000)).expect(201);
    Rest enrolling = Rest.anonymous(server.url()).as(token.path("token").asText());
    FakeDevice device =
        FakeDevice.enroll(enrolling, token.path("token").asText(), "present before");
    admin.post("/api/policies/", Map.of("name", "kiosk", "type", "KIOSK")).expect(201);
    Queue<Integer> published = new ConcurrentLinkedQueue<>();
    Queue<Rest.Reply> replies = new ConcurrentLinkedQueue<>();
    List<Supplier<Rest.Reply>> requests =
        List.of(
            () -> publish(admin, published),
            () -> admin.get("/api/devices/"),
            () -> admin.get("/devices"),
            device::pull,
            () -> enrolling.post("/enroll", FakeDevice.enrollment("hw-" + System.nanoTime())),
            () -> admin.get("/api/compliance/summary/"));

    var enough = new AtomicBoolean();
    List<Future<?>> asking = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Supplier<Rest.Reply> request : requests) {
        asking.add(
            threads.submit(() -> {
              while (!enough.get()) {
                replies.add(request.get());
              }
            }));
      }
      try {
        for (int kill = 1; kill <= 2; kill++) {
          int before = published.size();
          Await.until(PATIENCE, () -> assertThat(published).hasSizeGreaterThan(before + 5));
          replies.removeIf(Rest.Reply::isDone);
          int refused = replies.size();
          server.postmaster().orElseThrow().destroyForcibly();
          Await.until(PATIENCE, () -> assertThat(refusals(replies)).isGreaterThan(refused));
          int dead = published.size();
          Await.until(PATIENCE, () -> assertThat(published).hasSizeGreaterThan(dead + 5));
        }
      } finally {
        enough.set(true);
      }
      for (Future<?> one : asking) {
        one.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      }
    }

    assertThat(replies).allSatisfy(FaultTest::requireDoneOrUnavailable);
    assertThat(
            admin
                .get("/api/policies/kiosk/versions/?limit=500")
                .expect(200)
                .path("results")
                .valueStream()
                .map(version -> version.path("version").asInt()))
        .containsAll(published);
    assertThat(admin.get("/api/policies/kiosk/").expect(200).path("activations").asInt())
        .isGreaterThanOrEqualTo(published.size());
  }

  private static Rest.Reply publish(Rest admin, Queue<Integer> published) {
    Rest.Reply reply = admin.post("/api/policies/kiosk/versions/", Map.of("comment", "again"));
    if (reply.isDone()) {
      published.add(reply.body().path("version").asInt());
    }
    return reply;
  }

  private static long refusals(Queue<Rest.Reply> replies) {
    return replies.stream().filter(reply -> !reply.isDone()).count();
  }

  private static void requireDoneOrUnavailable(Rest.Reply reply) {
    if (!reply.isDone()) {
      JsonNode problem = reply.expect(503);
      assertThat(reply.headers().firstValue("Content-Type").orElse(""))
          .startsWith("application/problem+json");
      assertThat(reply.headers().firstValueAsLong("Retry-After").orElse(0)).isPositive();
      assertThat(problem.path("status").asInt()).isEqualTo(503);
      assertThat(problem.path("code").asText()).isNotBlank();
      assertThat(problem.path("detail").asText()).isNotBlank();
    }
  }

  @Test
  void aSecondServerOnTheSameDataIsRefusedInWords() {
    Program second = STAGE.start("second", PLAN.environment(), words(PLAN.onFreePort()));

    assertThat(second.exitCode()).isEqualTo(1);
    assertThat(second.err())
        .contains("Another Muster server uses the data folder", PLAN.data().toString(), "--data")
        .doesNotContain("\tat ");
    server.admin().get("/api/users/me/").expect(200);
  }

  @Test
  void aTakenPortIsRefusedByNumberAndFlag() {
    ServerPlan other = STAGE.server("other").onPort(PLAN.port());

    Program refused = STAGE.start("other", other.environment(), words(other));

    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err()).contains(Integer.toString(PLAN.port()), "--port");
    assertThat(other.data()).doesNotExist();
  }

  @Test
  void whatAKilledServerLeftIsReplacedAndWhatIsStoppedLeavesNothing() {
    ServerPlan plan = STAGE.server("mortal");
    ServerProcess first = STAGE.start(plan);
    first.admin().post("/api/groups/", Map.of("name", "kept")).expect(201);
    ProcessHandle leftover = first.postmaster().orElseThrow();
    first.kill();
    assertThat(leftover.isAlive()).isTrue();

    ServerProcess next = STAGE.start(plan);

    assertThat(leftover.isAlive()).isFalse();
    assertThat(next.admin().get("/api/groups/").expect(200).at("/results/0/name").asText())
        .isEqualTo("kept");

    List<ProcessHandle> family = next.program().family();
    assertThat(family).hasSizeGreaterThan(2).allMatch(ProcessHandle::isAlive);
    assertThat(next.program().stop()).as(next.program().said()).isIn(0, 143);
    assertThat(family).noneMatch(ProcessHandle::isAlive);
    assertThat(next.postmaster()).isEmpty();
    assertThat(plan.data().resolve("postgres/postmaster.pid")).doesNotExist();
  }

  private static String[] words(ServerPlan plan) {
    return plan.args().toArray(String[]::new);
  }
}
