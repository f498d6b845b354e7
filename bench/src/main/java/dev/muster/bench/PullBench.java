package dev.muster.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;

/// The measurement behind `bench sync` of what pulls and pushes cost in a database of some size:
/// they must depend on what has changed, and not on how many tasks there are.
final class PullBench {
  private static final int CHANGED = 100;
  private static final int TIMES = 200;
  private static final double RATIO = 2;
  private static final double MEMORY_BOUND = 1_024;
  private static final double PAGE_BOUND = 500;

  /// What the server's heap may have: all tasks at once have no room there.
  static final String HEAP = "-Xmx512m";

  private interface Call {
    Object call() throws IOException;
  }

  /// Medians in milliseconds.
  private record Costs(double changed, double idle, double pushed) {}

  private final BenchServer server;
  private final SyncDevice device;
  private final SyncDevice fresh;
  private final PrintWriter out;
  private final Bounds bounds;
  private final Random random = new Random(1);
  private long ticks;

  /// @param fresh a device that has never pulled
  PullBench(
      BenchServer server, SyncDevice device, SyncDevice fresh, PrintWriter out, Bounds bounds) {
    this.server = server;
    this.device = device;
    this.fresh = fresh;
    this.out = out;
    this.bounds = bounds;
  }

  /// @param most tasks to have in the end
  void run(Connection database, int most) throws Exception {
    List<Costs> costs = new ArrayList<>();
    try (Line line = new Line(server.address())) {
      int tasks = 0;
      for (int size = 1_000; tasks < most; size *= 10) {
        int more = Math.min(size, most) - tasks;
        SyncRows.tasks(database, size, more, "{\"server\":1}");
        tasks += more;
        if (costs.isEmpty()) {
          var _ = costs(line, size, more); // so that the server is warm
        }
        costs.add(costs(line, size, more));
        print(tasks, costs.getLast());
      }
      Costs few = costs.getFirst();
      Costs many = costs.getLast();
      bounds.ratio(
          "pull of 100 changes, most tasks to 1,000", many.changed(), few.changed(), RATIO);
      bounds.ratio("pull of nothing new, most tasks to 1,000", many.idle(), few.idle(), RATIO);
      bounds.ratio("push of 100 edits, most tasks to 1,000", many.pushed(), few.pushed(), RATIO);
      everything(line);
    }
  }

  /// @param mark of the last tasks that were made, `count` of them
  private Costs costs(Line line, long mark, int count) throws IOException {
    // what lies ahead of all changes is read as: what is newest?
    long newest = device.pull(line, Long.MAX_VALUE, CHANGED).get("timestamp").asLong();
    List<Long> changed = new ArrayList<>();
    List<Long> idle = new ArrayList<>();
    List<Long> pushed = new ArrayList<>();
    for (int i = 0; i < TIMES; i++) {
      changed.add(timed(() -> device.pull(line, newest - CHANGED, CHANGED)));
      idle.add(timed(() -> device.pull(line, newest, CHANGED)));
    }
    for (int i = 0; i < TIMES; i++) {
      String items = edits(mark, count, ++ticks);
      pushed.add(timed(() -> device.push(line, items)));
    }
    return new Costs(median(changed), median(idle), median(pushed));
  }

  private String edits(long mark, int count, long tick) {
    List<String> items = new ArrayList<>();
    int begin = random.nextInt(count - CHANGED + 1);
    for (int i = begin; i < begin + CHANGED; i++) {
      items.add(device.item(new UUID(mark, i), "update", "Edit " + tick, "\"server\":1,", tick));
    }
    return String.join(",", items);
  }

  private static long timed(Call call) throws IOException {
    long begin = System.nanoTime();
    call.call();
    return System.nanoTime() - begin;
  }

  private static double median(List<Long> nanos) {
    return Samples.ofNanos(nanos).median();
  }

  private void print(int tasks, Costs costs) {
    out.printf(
        Locale.ROOT,
        "  %,9d tasks: pull of 100 changes %.1f ms, of nothing new %.1f ms, push of 100 edits %.1f ms (medians)%n",
        tasks,
        costs.changed(),
        costs.idle(),
        costs.pushed());
    out.flush();
  }

  /// A device that has nothing pulls all there is.
  private void everything(Line line) throws IOException {
    List<Long> pages = new ArrayList<>();
    long rows = 0;
    long cursor = 0;
    boolean more = true;
    long memory = 0;
    long begin = System.nanoTime();
    while (more) {
      long sent = System.nanoTime();
      JsonNode page = fresh.pull(line, cursor, SyncDevice.PAGE);
      pages.add(System.nanoTime() - sent);
      rows += page.get("tasks").size();
      cursor = page.get("timestamp").asLong();
      more = page.get("hasMore").asBoolean();
      memory = Math.max(memory, server.residentMebibytes());
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    out.printf(
        Locale.ROOT,
        "  first pull of %,d tasks, %d a page: %.0f s, %,.0f rows/s, with %s at most %d MiB of memory%n",
        rows,
        SyncDevice.PAGE,
        seconds,
        rows / seconds,
        HEAP,
        memory);
    int tenth = Math.max(1, pages.size() / 10);
    Samples first = Samples.ofNanos(pages.subList(0, tenth));
    Samples last = Samples.ofNanos(pages.subList(pages.size() - tenth, pages.size()));
    bounds.raw("a page of it", Samples.ofNanos(pages));
    bounds.most("p99 of a page", Samples.ofNanos(pages).quantile(0.99), PAGE_BOUND, "ms");
    bounds.ratio("its last pages to its first", last.median(), first.median(), RATIO);
    bounds.most("the server's memory with " + HEAP, (double) memory, MEMORY_BOUND, "MiB");
  }
}
