package dev.muster.bench;

import com.github.f4b6a3.uuid.UuidCreator;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/// The measurement of pushes behind `bench sync`.
final class SyncBench {
  private static final int BATCH = 100;
  private static final double RATE_BOUND = 10_000;
  private static final double P99_BOUND = 500;

  /// Of a push with long clocks, because a body may have 1 MiB.
  private static final int SMALL_BATCH = 20;

  private static final List<Integer> CLOCKS = List.of(1, 10, 100, 1_000);
  private static final double CLOCK_BOUND = 4;

  /// The items of a push.
  private interface Pushing {
    String items(SyncDevice device, long push);
  }

  private record Pushed(
      long items, Duration took, Duration cpu, Duration database, Samples nanos, long conflicts) {
    double rate() {
      return items / (took.toNanos() / 1e9);
    }
  }

  private final BenchServer server;
  private final List<SyncDevice> devices;
  private final Duration turn;
  private final PrintWriter out;
  private final Bounds bounds;

  SyncBench(
      BenchServer server, List<SyncDevice> devices, Duration turn, PrintWriter out, Bounds bounds) {
    this.server = server;
    this.devices = devices;
    this.turn = turn;
    this.out = out;
    this.bounds = bounds;
  }

  void warmUp(Duration duration) throws Exception {
    for (Pushing pushing : List.<Pushing>of(SyncBench::fresh, edits(1), contested(1))) {
      var _ = push(duration.dividedBy(3), BATCH, pushing);
    }
  }

  void run(Connection database) throws Exception {
    Pushed made = print("new tasks", BATCH, SyncBench::fresh);
    Pushed edited = print("edits of own tasks, no conflicts", BATCH, edits(2));
    Pushed met = print("edits of tasks that others edit too", BATCH, contested(2));
    bounds.least("new tasks pushed", made.rate(), RATE_BOUND, "a second");
    bounds.least("edits pushed, no conflicts", edited.rate(), RATE_BOUND / 2, "a second");
    bounds.least("edits pushed, most conflict", met.rate(), RATE_BOUND / 2, "a second");
    bounds.most("p99 of pushes of new tasks", made.nanos().quantile(0.99), P99_BOUND, "ms");
    clocks(database);
  }

  /// With ids as the client library makes them.
  private static String fresh(SyncDevice device, long push) {
    List<String> items = new ArrayList<>();
    for (int i = 0; i < BATCH; i++) {
      items.add(device.item(UuidCreator.getTimeOrderedEpoch(), "create", "Check pump " + i, "", 1));
    }
    return String.join(",", items);
  }

  /// Each device has tasks of its own, which it makes and edits again and again.
  private static Pushing edits(int turn) {
    return (device, push) -> {
      List<String> items = new ArrayList<>();
      for (int i = 0; i < BATCH; i++) {
        String own = device.id() + turn + i;
        UUID id = UUID.nameUUIDFromBytes(own.getBytes(StandardCharsets.UTF_8));
        items.add(device.item(id, "update", "Edit " + push, "", push + 1));
      }
      return String.join(",", items);
    };
  }

  /// All edit the titles of the same tasks, and have heard of nobody else.
  private static Pushing contested(long turn) {
    return (device, push) -> {
      List<String> items = new ArrayList<>();
      for (int i = 0; i < BATCH; i++) {
        String title = "Edit of " + device.id() + " " + push;
        items.add(device.item(new UUID(turn, i), "update", title, "", push + 1));
      }
      return String.join(",", items);
    };
  }

  /// What an edit costs by the number of devices that its clock names.
  private void clocks(Connection database) throws Exception {
    List<String> named = SyncRows.devices(database, CLOCKS.getLast());
    double first = 0;
    for (int components : CLOCKS) {
      String others = named(named, components - 1);
      String before = others.isEmpty() ? "" : others + ",";
      long mark = 1L << 32 | components;
      int tasks = SMALL_BATCH * devices.size();
      SyncRows.tasks(database, mark, tasks, "{" + others + "}");
      Pushed pushed =
          print(
              "edits, clocks of %,d devices".formatted(components),
              SMALL_BATCH,
              (device, push) -> {
                int begin = devices.indexOf(device) * SMALL_BATCH;
                List<String> items = new ArrayList<>();
                for (int i = begin; i < begin + SMALL_BATCH; i++) {
                  items.add(
                      device.item(new UUID(mark, i), "update", "Edit " + push, before, push + 1));
                }
                return String.join(",", items);
              });
      first = first == 0 ? 1 / pushed.rate() : first;
      if (components == 100) {
        bounds.most(
            "an edit with 100 devices in its clock, to one with 1",
            1 / pushed.rate() / first,
            CLOCK_BOUND,
            "times");
      }
    }
  }

  private static String named(List<String> devices, int count) {
    return devices.subList(0, count).stream()
        .map(device -> "\"%s\":1".formatted(device))
        .collect(Collectors.joining(","));
  }

  private Pushed push(Duration turn, int batch, Pushing pushing) throws Exception {
    Queue<Long> nanos = new ConcurrentLinkedQueue<>();
    AtomicLong conflicts = new AtomicLong();
    Duration cpu = server.cpu();
    Duration ofDatabase = server.databaseCpu();
    long begin = System.nanoTime();
    List<Future<Long>> running = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (SyncDevice device : devices) {
        running.add(
            threads.submit(() -> push(device, begin + turn.toNanos(), pushing, nanos, conflicts)));
      }
    }
    long pushes = 0;
    for (Future<Long> one : running) {
      try {
        pushes += one.get();
      } catch (ExecutionException failure) {
        throw new IOException("a push failed: " + failure.getCause(), failure.getCause());
      }
    }
    Duration took = Duration.ofNanos(System.nanoTime() - begin);
    return new Pushed(
        pushes * batch,
        took,
        server.cpu().minus(cpu),
        server.databaseCpu().minus(ofDatabase),
        Samples.ofNanos(nanos),
        conflicts.get());
  }

  private static long push(
      SyncDevice device, long end, Pushing pushing, Queue<Long> nanos, AtomicLong conflicts)
      throws IOException {
    long pushes = 0;
    try (Line line = new Line(device.server())) {
      for (; System.nanoTime() < end; pushes++) {
        String items = pushing.items(device, pushes);
        long sent = System.nanoTime();
        Line.Answer answer = device.push(line, items);
        nanos.add(System.nanoTime() - sent);
        conflicts.addAndGet(Api.JSON.readTree(answer.body()).get("conflicts").size());
      }
    }
    return pushes;
  }

  private Pushed print(String what, int batch, Pushing pushing) throws Exception {
    Pushed pushed = push(turn, batch, pushing);
    out.printf(
        Locale.ROOT,
        "  push, %-36s %,8.0f items/s, %.0f %% conflicts, %.0f + %.0f µs of processors (server + database) each; %d a push: %s%n",
        what,
        pushed.rate(),
        100.0 * pushed.conflicts() / pushed.items(),
        pushed.cpu().toNanos() / 1e3 / pushed.items(),
        pushed.database().toNanos() / 1e3 / pushed.items(),
        batch,
        pushed.nanos());
    out.flush();
    return pushed;
  }
}
