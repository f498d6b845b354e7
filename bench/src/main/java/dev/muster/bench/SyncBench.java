package dev.muster.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/// The measurement behind `bench sync`.
final class SyncBench {
  private static final int BATCH = 100;
  private static final int PAGE = 500;
  private static final int MOST_PAGES = 400;

  private record Device(String access, String id) {}

  /// A push of so many items.
  private interface Pushing {
    String items(Device device, long push);
  }

  private final BenchServer server;
  private final PrintWriter out;
  private final Bounds bounds;
  private final List<Device> devices = new ArrayList<>();

  SyncBench(BenchServer server, PrintWriter out, Bounds bounds) {
    this.server = server;
    this.out = out;
    this.bounds = bounds;
  }

  void run(int pushers, Duration turn) throws Exception {
    Api admin = server.admin();
    for (int i = 0; i < pushers; i++) {
      devices.add(device(admin, i));
    }
    var _ = push(turn, SyncBench::fresh);
    double made = print("new tasks", push(turn, SyncBench::fresh));
    print("edits of own tasks", push(turn, SyncBench::edits));
    print("edits of tasks that others edit too", push(turn, SyncBench::contested));
    pull();
    bounds.least("new tasks pushed a second", made, 10_000, "a second");
  }

  private Device device(Api admin, int number) throws IOException, InterruptedException {
    String email = "pusher-" + number + "@localhost";
    String password = UUID.randomUUID().toString();
    admin.post(
        "/api/users/",
        Map.of("email", email, "name", email, "password", password, "role", "operator"));
    JsonNode login =
        server
            .anonymous()
            .post(
                "/api/auth/login/",
                Map.of(
                    "email", email, "password", password, "deviceFingerprint", "bench " + number));
    return new Device(login.get("access").asText(), login.at("/device/id").asText());
  }

  private static String fresh(Device device, long push) {
    StringBuilder items = new StringBuilder();
    for (int i = 0; i < BATCH; i++) {
      item(items, UUID.randomUUID(), "create", "Check pump " + i, device, 1);
    }
    return items.toString();
  }

  /// Each device has tasks of its own, which it makes and edits again and again.
  private static String edits(Device device, long push) {
    StringBuilder items = new StringBuilder();
    for (int i = 0; i < BATCH; i++) {
      UUID id = UUID.nameUUIDFromBytes((device.id() + i).getBytes(StandardCharsets.UTF_8));
      item(items, id, "update", "Edit " + push, device, push + 1);
    }
    return items.toString();
  }

  /// All edit the titles of the same tasks, and have heard of nobody else.
  private static String contested(Device device, long push) {
    StringBuilder items = new StringBuilder();
    for (int i = 0; i < BATCH; i++) {
      UUID id = new UUID(7, i);
      item(items, id, "update", "Edit of " + device.id() + " " + push, device, push + 1);
    }
    return items.toString();
  }

  private static void item(
      StringBuilder items, UUID id, String operation, String title, Device device, long tick) {
    items
        .append(items.isEmpty() ? "" : ",")
        .append("{\"id\":\"")
        .append(id)
        .append("\",\"operation\":\"")
        .append(operation)
        .append("\",\"data\":{\"title\":\"")
        .append(title)
        .append("\",\"description\":\"The seal of the second pump may leak; see what it needs.\"")
        .append(",\"status\":\"todo\",\"priority\":\"high\",\"tags\":[\"pump\",\"weekly\"]")
        .append(",\"custom_fields\":{\"site\":\"Store 0042\"},\"vector_clock\":{\"")
        .append(device.id())
        .append("\":")
        .append(tick)
        .append("}}}");
  }

  private record Pushed(long items, Duration took, Samples nanos, long conflicts) {}

  private Pushed push(Duration turn, Pushing pushing) throws Exception {
    Queue<Long> nanos = new ConcurrentLinkedQueue<>();
    AtomicLong conflicts = new AtomicLong();
    long begin = System.nanoTime();
    List<Future<Long>> running = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Device device : devices) {
        running.add(
            threads.submit(() -> push(device, begin + turn.toNanos(), pushing, nanos, conflicts)));
      }
    }
    long items = 0;
    for (Future<Long> one : running) {
      try {
        items += one.get();
      } catch (ExecutionException failure) {
        throw new IOException("a push failed", failure.getCause());
      }
    }
    Duration took = Duration.ofNanos(System.nanoTime() - begin);
    return new Pushed(items, took, Samples.ofNanos(nanos), conflicts.get());
  }

  private long push(
      Device device, long end, Pushing pushing, Queue<Long> nanos, AtomicLong conflicts)
      throws IOException {
    long pushes = 0;
    try (Line line = new Line(server.address())) {
      for (; System.nanoTime() < end; pushes++) {
        String body =
            "{\"deviceId\":\"%s\",\"changes\":{\"tasks\":[%s]}}"
                .formatted(device.id(), pushing.items(device, pushes));
        long sent = System.nanoTime();
        Line.Answer answer =
            line.post(
                "/api/sync/push/", device.access(), "", body.getBytes(StandardCharsets.UTF_8));
        nanos.add(System.nanoTime() - sent);
        if (!answer.isDone()) {
          throw new IOException("a push was answered " + answer);
        }
        conflicts.addAndGet(Api.JSON.readTree(answer.body()).get("conflicts").size());
      }
    }
    return pushes * BATCH;
  }

  private double print(String what, Pushed pushed) {
    double rate = pushed.items() / (pushed.took().toNanos() / 1e9);
    out.printf(
        Locale.ROOT,
        "  push, %-36s %,8.0f items/s, %.0f %% conflicts, %d a push: %s%n",
        what,
        rate,
        100.0 * pushed.conflicts() / pushed.items(),
        BATCH,
        pushed.nanos());
    out.flush();
    return rate;
  }

  /// A new device gets everything, and then asks once more.
  private void pull() throws IOException {
    Device device = devices.getFirst();
    Queue<Long> full = new ConcurrentLinkedQueue<>();
    long rows = 0;
    long cursor = 0;
    long begin = System.nanoTime();
    boolean more = true;
    try (Line line = new Line(server.address())) {
      for (int page = 0; more && page < MOST_PAGES; page++) {
        long sent = System.nanoTime();
        JsonNode answer = pulled(line, device, cursor);
        full.add(System.nanoTime() - sent);
        rows += answer.get("tasks").size();
        cursor = answer.get("timestamp").asLong();
        more = answer.get("hasMore").asBoolean();
      }
      double seconds = (System.nanoTime() - begin) / 1e9;
      out.printf(
          Locale.ROOT,
          "  pull, %,d rows of others, %d a page: %,.0f rows/s: %s%n",
          rows,
          PAGE,
          rows / seconds,
          Samples.ofNanos(full));
      Queue<Long> idle = new ConcurrentLinkedQueue<>();
      for (int i = 0; i < 200; i++) {
        long sent = System.nanoTime();
        cursor = pulled(line, device, cursor).get("timestamp").asLong();
        idle.add(System.nanoTime() - sent);
      }
      out.printf(Locale.ROOT, "  pull from the last cursor: %s%n", Samples.ofNanos(idle));
      out.flush();
    }
  }

  private static JsonNode pulled(Line line, Device device, long since) throws IOException {
    Line.Answer answer =
        line.get(
            "/api/sync/pull/?limit=" + PAGE + "&since=" + since,
            device.access(),
            "X-Device-ID: " + device.id() + "\r\n");
    if (!answer.isDone()) {
      throw new IOException("a pull was answered " + answer);
    }
    return Api.JSON.readTree(answer.body());
  }
}
