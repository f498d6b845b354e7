package dev.muster.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// Heartbeats of a large fleet at a fixed rate for a long time, to see that neither their time nor
/// the server's memory grows, nor the tables that heartbeats change in place (bloat). A heartbeat's
/// time counts from when it was due.
final class Endurance {
  private static final int CONNECTIONS = 128;
  private static final Duration WARM_UP = Duration.ofSeconds(15);
  private static final int THIRDS = 3;

  /// All tables with their indexes, but for the days of the history, which grow by design.
  private static final String BESIDES_HISTORY =
      """
      select coalesce(sum(pg_total_relation_size(c.oid)), 0) / 1048576.0
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind = 'r' and not c.relispartition and n.nspname not in ('pg_catalog', 'information_schema')
      """;

  /// Devices with a token each. Its secret is the same for all, because so many hashes would take
  /// longer than the test.
  private final BenchServer server;

  private final PrintWriter out;
  private final Bounds bounds;

  Endurance(BenchServer server, PrintWriter out, Bounds bounds) {
    this.server = server;
    this.out = out;
    this.bounds = bounds;
  }

  void run(int registered, int rate, Duration duration) throws Exception {
    String secret = Tokens.register(server, out, registered);
    long begin = System.nanoTime();
    var _ = new Run(secret, registered, registered, 0).run();
    out.printf(
        Locale.ROOT,
        "%,d devices registered; each token checked for the first time at %,.0f/s, as fast as it goes%n",
        registered,
        registered / ((System.nanoTime() - begin) / 1e9));
    out.flush();
    var _ = new Run(secret, registered, WARM_UP.toSeconds() * rate, rate).run();
    Tally[] tallies = new Tally[THIRDS];
    double[] resident = new double[THIRDS];
    double[] stored = new double[THIRDS];
    for (int third = 0; third < THIRDS; third++) {
      long count = duration.toSeconds() * rate / THIRDS;
      Run run = new Run(secret, registered, count, rate);
      tallies[third] = run.run();
      resident[third] = run.resident();
      stored[third] = stored();
      out.printf(
          Locale.ROOT,
          "Third %d, %,d/s, server %.0f MiB, tables besides the history %.0f MiB:%n",
          third + 1,
          rate,
          resident[third],
          stored[third]);
      tallies[third].print(out);
    }
    Tally last = tallies[THIRDS - 1];
    for (Tally tally : tallies) {
      bounds.most("p99", tally.millis(99), 50, "ms");
      bounds.none("failed calls", tally.failures());
    }
    bounds.most(
        "p99 of the last third / of the first",
        last.millis(99) / tallies[0].millis(99),
        1.5,
        "times");
    bounds.most(
        "tables besides the history in the last third / in the first",
        stored[THIRDS - 1] / stored[0],
        1.1,
        "times");
    if (resident[0] > 0) {
      double grown = resident[THIRDS - 1] / resident[0];
      bounds.most("memory in the last third / in the first", grown, 1.1, "times");
    }
  }

  private double stored() throws IOException, SQLException {
    try (Connection database = server.database();
        Statement statement = database.createStatement();
        ResultSet row = statement.executeQuery(BESIDES_HISTORY)) {
      row.next();
      return row.getDouble(1);
    }
  }

  /// So many heartbeats of the devices in turn.
  private final class Run {
    private final String secret;
    private final int registered;
    private final long count;
    private final int rate;
    private final long begin = System.nanoTime();
    private final AtomicLong next = new AtomicLong();
    private final Tally tally = new Tally();
    private volatile long mostResident;

    /// @param rate a second; 0 for as fast as it goes
    Run(String secret, int registered, long count, int rate) {
      this.secret = secret;
      this.registered = registered;
      this.count = count;
      this.rate = rate;
    }

    Tally run() throws IOException, InterruptedException {
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int i = 0; i < CONNECTIONS; i++) {
          threads.execute(this::send);
        }
        threads.shutdown();
        while (!threads.awaitTermination(2, TimeUnit.SECONDS)) {
          mostResident = Math.max(mostResident, server.residentMebibytes());
        }
      }
      return tally;
    }

    double resident() {
      return mostResident;
    }

    private void send() {
      try (Line line = new Line(server.address())) {
        for (long i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
          long due = rate == 0 ? System.nanoTime() : begin + i * 1_000_000_000L / rate;
          TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
          beat(line, 1 + (int) (i % registered), due);
        }
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
      }
    }

    private void beat(Line line, int number, long due) {
      String device = "device-" + number;
      String token = Tokens.of(number, secret);
      try {
        byte[] body = Beats.one(device, Instant.now(), number).getBytes(StandardCharsets.UTF_8);
        Line.Answer answer = line.post("/v1/heartbeat", token, "", body);
        if (answer.isDone()) {
          tally.took("heartbeat", System.nanoTime() - due);
        } else {
          tally.failed("heartbeat", "HTTP " + answer.status());
        }
      } catch (IOException failure) {
        tally.failed("heartbeat", failure.getClass().getSimpleName());
      }
    }
  }
}
