package dev.muster.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Server and database die under heartbeats, and each one that was acknowledged is there.
class HeartbeatFaultTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int DEVICES = 16;
  private static final int AT_ONCE = 5;

  /// What a bucket of the history holds.
  private static final long BUCKET_SECONDS = 10;

  private static final Stage STAGE = new Stage(HeartbeatFaultTest.class);
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

  /// A device that sends heartbeats one after the other, and knows which were acknowledged: one as
  /// it is, and a batch of earlier ones, each in a bucket of its own.
  private static final class Beating {
    private final FakeDevice device;
    private final Set<Instant> acknowledged = new HashSet<>();
    private Instant newest = Instant.EPOCH;
    private Instant next;

    Beating(FakeDevice device) {
      this.device = device;
      long hoursAgo = Instant.now().minus(Duration.ofHours(6)).getEpochSecond();
      this.next = Instant.ofEpochSecond(hoursAgo - hoursAgo % BUCKET_SECONDS);
    }

    /// @return the answers that were given
    List<Rest.Reply> beat() {
      Instant now = Instant.ofEpochMilli(System.currentTimeMillis());
      Rest.Reply one = device.rest().post("/v1/heartbeat", body(device.id(), now));
      if (one.isDone()) {
        newest = now;
      }
      List<Instant> times = new ArrayList<>();
      for (int i = 0; i < AT_ONCE; i++) {
        times.add(next);
        next = next.plusSeconds(BUCKET_SECONDS);
      }
      Rest.Reply batch =
          device
              .rest()
              .post(
                  "/v1/heartbeats",
                  Map.of(
                      "heartbeats", times.stream().map(time -> body(device.id(), time)).toList()));
      if (batch.isDone()) {
        assertThat(batch.body().path("refused")).isEmpty();
        assertThat(batch.body().path("stored").asInt()).isEqualTo(AT_ONCE);
        acknowledged.addAll(times);
      }
      return List.of(one, batch);
    }

    int count() {
      return acknowledged.size();
    }
  }

  private static Map<String, Object> body(String device, Instant taken) {
    Map<String, Object> body = new HashMap<>();
    body.put("device_id", device);
    body.put("timestamp_utc", taken.toString());
    body.put("battery", Map.of("pct", 80, "charging", false, "temperature_c", 30.5));
    body.put("system", Map.of("uptime_seconds", 100, "android_version", "16"));
    body.put("memory", Map.of("total_ram_mb", 4096, "avail_ram_mb", 2048, "pressure_pct", 50));
    body.put("network", Map.of("transport", "wifi"));
    return body;
  }

  private static List<Beating> fleet(String name) {
    String token =
        server
            .admin()
            .post("/api/enrollment-tokens/", Map.of("max_uses", DEVICES))
            .expect(201)
            .path("token")
            .asText();
    List<Beating> fleet = new ArrayList<>();
    for (int i = 0; i < DEVICES; i++) {
      fleet.add(
          new Beating(FakeDevice.enroll(Rest.anonymous(server.url()), token, name + "-" + i)));
    }
    return fleet;
  }

  private interface Fault {
    void happen() throws Exception;
  }

  /// Lets all devices send at once until the fault has happened.
  private static void beatingWhile(List<Beating> fleet, Queue<Rest.Reply> replies, Fault fault)
      throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    List<Future<?>> running = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Beating one : fleet) {
        running.add(
            threads.submit(() -> {
              try {
                while (!over.get()) {
                  replies.addAll(one.beat());
                }
              } catch (UncheckedIOException gone) {
                // the server was killed
              }
            }));
      }
      try {
        fault.happen();
      } finally {
        over.set(true);
      }
      for (Future<?> one : running) {
        one.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      }
    }
  }

  private static long done(Queue<Rest.Reply> replies) {
    return replies.stream().filter(Rest.Reply::isDone).count();
  }

  private static void awaitDone(Queue<Rest.Reply> replies, long more) {
    long before = done(replies);
    Await.until(PATIENCE, () -> assertThat(done(replies)).isGreaterThan(before + more));
  }

  private static void requireAllThere(List<Beating> fleet) throws Exception {
    Set<String> stored = new HashSet<>();
    Map<String, Instant> newest = new HashMap<>();
    try (Connection sql = server.sql();
        Statement statement = sql.createStatement()) {
      try (ResultSet rows =
          statement.executeQuery("select device_id, taken_at from telemetry.heartbeat")) {
        while (rows.next()) {
          stored.add(rows.getString(1) + " " + rows.getObject(2, OffsetDateTime.class).toInstant());
        }
      }
      try (ResultSet rows =
          statement.executeQuery("select device_id, taken_at from telemetry.last_status")) {
        while (rows.next()) {
          newest.put(rows.getString(1), rows.getObject(2, OffsetDateTime.class).toInstant());
        }
      }
    }
    for (Beating one : fleet) {
      String id = one.device.id();
      assertThat(one.count()).isPositive();
      assertThat(stored).containsAll(one.acknowledged.stream().map(at -> id + " " + at).toList());
      assertThat(newest.get(id)).isAfterOrEqualTo(one.newest);
    }
  }

  @Test
  void noAcknowledgedHeartbeatIsLostThoughTheServerIsKilled() throws Exception {
    long seed = Long.getLong("muster.e2e.seed", System.nanoTime());
    System.out.println("HeartbeatFaultTest runs with -Dmuster.e2e.seed=" + seed);
    Random random = new Random(seed);
    List<Beating> fleet = fleet("killed");
    Queue<Rest.Reply> replies = new ConcurrentLinkedQueue<>();
    beatingWhile(
        fleet,
        replies,
        () -> {
          awaitDone(replies, 100 + random.nextInt(400));
          server.kill();
        });
    server = STAGE.start(PLAN);
    requireAllThere(fleet);
  }

  @Test
  void heartbeatsAreRefusedWhilePostgresIsDeadAndNoneIsLost() throws Exception {
    List<Beating> fleet = fleet("cut-off");
    Queue<Rest.Reply> replies = new ConcurrentLinkedQueue<>();
    beatingWhile(
        fleet,
        replies,
        () -> {
          awaitDone(replies, 100);
          server.postmaster().orElseThrow().destroyForcibly();
          Await.until(
              PATIENCE,
              () -> assertThat(replies).anySatisfy(reply -> assertThat(reply.isDone()).isFalse()));
          awaitDone(replies, 100);
        });
    assertThat(replies).allSatisfy(HeartbeatFaultTest::requireDoneOrUnavailable);
    requireAllThere(fleet);
  }

  private static void requireDoneOrUnavailable(Rest.Reply reply) {
    if (!reply.isDone()) {
      JsonNode problem = reply.expect(503);
      assertThat(reply.headers().firstValueAsLong("Retry-After").orElse(0)).isPositive();
      assertThat(problem.path("detail").asText()).isNotBlank();
    }
  }
}
