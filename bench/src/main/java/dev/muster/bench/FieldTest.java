package dev.muster.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/// A fleet as it is in the field, sped up: every device sends heartbeats, checks in, and holds a
/// doorbell or a long poll; a policy is published meanwhile; then the network is cut and all
/// devices come back; and then the server is killed, is started again, and all devices come back.
final class FieldTest {
  private static final int CONNECTIONS = 256;
  private static final int ENROLLING = 16;
  private static final int ONE_IN_POLLS = 20;
  private static final Duration POLL = Duration.ofSeconds(20);

  /// A server that has just started compiles its code for so long on two processors.
  private static final Duration WARM_UP = Duration.ofSeconds(90);

  private static final Duration LONGEST_RETURN = Duration.ofMinutes(2);

  private static final Duration CUT = Duration.ofSeconds(10);

  /// What agents do when nobody says otherwise.
  private static final Duration HEARTBEATS = Duration.ofMinutes(5);

  private static final Duration CHECK_INS = Duration.ofMinutes(1);

  private final BenchServer server;
  private final double speed;
  private final PrintWriter out;
  private final Bounds bounds;
  private final List<FieldDevice> devices = new ArrayList<>();
  private HttpClient http = HttpClient.newHttpClient();
  private final ExecutorService pollers = Executors.newVirtualThreadPerTaskExecutor();

  private String policy = "";

  /// What the devices that come back have to do yet.
  private volatile CountDownLatch back = new CountDownLatch(0);

  /// Grows when the server dies, and then nobody goes on who was born before.
  private final AtomicInteger life = new AtomicInteger();

  /// @param speed how many times faster than in the field time goes
  FieldTest(BenchServer server, double speed, PrintWriter out, Bounds bounds) {
    this.server = server;
    this.speed = speed;
    this.out = out;
    this.bounds = bounds;
  }

  /// @param spreadSeconds over which devices come back after the outage; negative for as long as
  ///   the outage was, which is what their backoff makes of it
  void run(int count, Duration steady, long spreadSeconds) throws Exception {
    Api admin = server.admin();
    policy = policy(admin);
    enroll(admin, count);
    out.printf(
        Locale.ROOT,
        "%,d devices, time %.0f times faster: %.0f heartbeats and %.0f check-ins a second%n",
        count,
        speed,
        count * speed / HEARTBEATS.toSeconds(),
        count * speed / CHECK_INS.toSeconds());
    out.flush();
    try {
      steady(steady);
      cut(spreadSeconds);
      crash(spreadSeconds);
    } finally {
      life.incrementAndGet();
      pollers.shutdownNow();
      http.shutdownNow();
    }
  }

  private void steady(Duration steady) throws Exception {
    Schedule schedule = new Schedule(server.address(), CONNECTIONS);
    begin(schedule, WARM_UP.dividedBy(2).toNanos(), 0);
    TimeUnit.MILLISECONDS.sleep(WARM_UP.toMillis());
    Tally calm = new Tally();
    schedule.count(calm);
    TimeUnit.MILLISECONDS.sleep(steady.toMillis() / 2);
    Publications.publish(server.admin(), policy, Publications.payload(1));
    TimeUnit.MILLISECONDS.sleep(steady.toMillis() / 2);
    out.println("Steady, with a policy published to all in the middle:");
    judge(calm, "steady");
    leave(schedule);
  }

  /// The network is gone for a while, and the server is well.
  private void cut(long spreadSeconds) throws Exception {
    TimeUnit.MILLISECONDS.sleep(CUT.toMillis());
    storm(CUT, spreadSeconds, "The network was cut for %.1f s");
  }

  /// Bounds on time are not set here: a server that has just started compiles its code.
  private void crash(long spreadSeconds) throws Exception {
    long begin = System.nanoTime();
    server.crash();
    server.startAgain();
    storm(Duration.ofNanos(System.nanoTime() - begin), spreadSeconds, "Killed, back after %.1f s");
  }

  /// All connections are closed, and nobody goes on.
  private void leave(Schedule schedule) {
    life.incrementAndGet();
    schedule.count(new Tally());
    schedule.close();
    http.shutdownNow();
    http = HttpClient.newHttpClient();
  }

  private void storm(Duration outage, long spreadSeconds, String what) throws Exception {
    Duration spread = spreadSeconds < 0 ? outage : Duration.ofSeconds(spreadSeconds);
    Schedule schedule = new Schedule(server.address(), CONNECTIONS);
    Tally storm = new Tally();
    schedule.count(storm);
    int missed = (int) Math.max(1, outage.toSeconds() * speed / HEARTBEATS.toSeconds());
    int bells = (int) IntStream.range(0, devices.size()).filter(i -> i % ONE_IN_POLLS > 0).count();
    back = new CountDownLatch(2 * devices.size() + bells);
    long begin = System.nanoTime();
    begin(schedule, spread.toNanos(), missed);
    boolean all = back.await(LONGEST_RETURN.toSeconds(), TimeUnit.SECONDS);
    double took = (System.nanoTime() - begin) / 1e9;
    leave(schedule);
    out.printf(
        Locale.ROOT,
        what + "; all devices come back within %.1f s, each with a batch of %d:%n",
        outage.toMillis() / 1e3,
        spread.toMillis() / 1e3,
        missed);
    if (!all) {
      out.printf("%,d calls of devices that come back were never answered%n", back.getCount());
    }
    judge(storm, "storm");
    bounds.most("until all are back", took, LONGEST_RETURN.toMillis() / 1e3, "s");
  }

  private void judge(Tally tally, String when) {
    tally.print(out);
    bounds.most("p95 of all calls, " + when, tally.millis(95), 150, "ms");
    bounds.most("p99 of all calls, " + when, tally.millis(99), 300, "ms");
    bounds.none("failed calls, " + when, tally.failures());
  }

  /// All devices come up within so long.
  ///
  /// @param missed heartbeats that each has to tell first
  private void begin(Schedule schedule, long withinNanos, int missed) {
    int present = life.get();
    long now = System.nanoTime();
    for (int i = 0; i < devices.size(); i++) {
      FieldDevice device = devices.get(i);
      long up = now + (long) (withinNanos * random());
      checkIn(schedule, device, present, up, back::countDown);
      if (missed > 0) {
        Duration apart = Duration.ofMillis((long) (HEARTBEATS.toMillis() / speed));
        schedule.add(
            up,
            "heartbeat batch",
            line -> device.heartbeats(line, missed, apart),
            _ -> back.countDown());
      }
      beat(schedule, device, present, up + (long) (HEARTBEATS.toNanos() / speed * random()));
      if (i % ONE_IN_POLLS == 0) {
        pollers.execute(() -> poll(device, present));
      } else {
        hang(schedule, device, present, up);
      }
    }
  }

  private void beat(Schedule schedule, FieldDevice device, int born, long at) {
    schedule.add(
        at,
        "heartbeat",
        device::heartbeat,
        _ -> {
          if (born == life.get()) {
            beat(schedule, device, born, at + jittered(HEARTBEATS));
          }
        });
  }

  private void checkIn(Schedule schedule, FieldDevice device, int born, long at, Runnable done) {
    sync(
        schedule,
        device,
        at,
        () -> {
          done.run();
          if (born == life.get()) {
            long next = System.nanoTime() + jittered(CHECK_INS);
            checkIn(schedule, device, born, next, () -> {});
          }
        });
  }

  private static void sync(Schedule schedule, FieldDevice device, long at, Runnable then) {
    schedule.add(
        at,
        "pull",
        device::pull,
        _ -> schedule.add(System.nanoTime(), "report", device::report, _ -> then.run()));
  }

  private void hang(Schedule schedule, FieldDevice device, int born, long at) {
    schedule.add(
        at,
        "doorbell opened",
        _ -> {
          return Bell.hang(
              http,
              server.address(),
              device.token(),
              () -> {
                if (born == life.get()) {
                  sync(schedule, device, System.nanoTime(), () -> {});
                }
              });
        },
        _ -> back.countDown());
  }

  /// Long polls one after the other; they are held, so their time says nothing.
  private void poll(FieldDevice device, int born) {
    try (Line line = new Line(server.address())) {
      while (born == life.get()) {
        if (!device.poll(line, POLL).isDone()) {
          TimeUnit.SECONDS.sleep(1);
        }
      }
    } catch (IOException gone) {
      // the server was killed
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private static double random() {
    return ThreadLocalRandom.current().nextDouble();
  }

  private long jittered(Duration interval) {
    double factor = 0.9 + 0.2 * random();
    return (long) (interval.toNanos() / speed * factor);
  }

  private static String policy(Api admin) throws IOException, InterruptedException {
    String policy =
        admin
            .post("/api/policies/", Map.of("name", "field", "type", "RESTRICTIONS"))
            .get("id")
            .asText();
    Publications.publish(admin, policy, Publications.payload(0));
    admin.post("/api/groups/", Map.of("name", "field"));
    admin.post("/api/groups/field/assign-policy/" + policy + "/", null);
    return policy;
  }

  private void enroll(Api admin, int count) throws Exception {
    String token =
        admin
            .post("/api/enrollment-tokens/", Map.of("max_uses", count, "groups", List.of("field")))
            .get("token")
            .asText();
    byte[] body =
        Api.JSON.writeValueAsBytes(
            Map.of(
                "model", "Field", "osVersion", "16", "agentVersion", "1", "platform", "ANDROID"));
    List<Future<List<FieldDevice>>> running = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int part = 0; part < ENROLLING; part++) {
        int first = part;
        running.add(threads.submit(() -> enroll(token, body, first, count)));
      }
    }
    for (Future<List<FieldDevice>> one : running) {
      try {
        devices.addAll(one.get());
      } catch (ExecutionException failure) {
        throw new IOException("the fleet could not be enrolled", failure.getCause());
      }
    }
  }

  private List<FieldDevice> enroll(String token, byte[] body, int first, int count)
      throws IOException {
    List<FieldDevice> own = new ArrayList<>();
    try (Line line = new Line(server.address())) {
      for (int number = first; number < count; number += ENROLLING) {
        Line.Answer answer = line.post("/enroll", token, "", body);
        if (!answer.isDone()) {
          throw new IOException("an enrollment was answered " + answer);
        }
        own.add(new FieldDevice(Api.JSON.readTree(answer.body()), number));
      }
    }
    return own;
  }
}
