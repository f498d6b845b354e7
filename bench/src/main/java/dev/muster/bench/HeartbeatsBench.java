package dev.muster.bench;

import java.io.PrintWriter;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.UUID;

/// The measurement behind `bench heartbeats`.
final class HeartbeatsBench {
  private static final int ROWS = 500;

  /// What the server writes: history and last status, of heartbeats that say what others have said.
  private static final String[] INSERTS = {
    """
    insert into telemetry.heartbeat (organization_id, device_id, bucket, taken_at, received_at, battery_pct, charging,
      battery_celsius, uptime_seconds, memory_total_mb, memory_available_mb, memory_pressure_pct, transport, app_version,
      os_version, app_running, rest, detail)
    select organization_id, device_id, date_bin('10 s', ?::timestamptz, 'epoch'), ?::timestamptz, now(), 80, false, 31.5,
      3600, 8192, 2000, 40, 'wifi', '1.4.2', '16', true, rest::jsonb, 'a0b1c2d3-0000-4000-8000-000000000000'
    from unnest(?::uuid[], ?::uuid[], ?::text[]) as i (organization_id, device_id, rest) on conflict do nothing
    """,
    """
    insert into telemetry.last_status as s (organization_id, device_id, seen_at, taken_at, battery_pct, charging,
      battery_celsius, uptime_seconds, memory_total_mb, memory_available_mb, memory_pressure_pct, transport, app_version,
      os_version, app_running, rest, detail)
    select organization_id, device_id, ?::timestamptz, ?::timestamptz, 80, false, 31.5,
      3600, 8192, 2000, 40, 'wifi', '1.4.2', '16', true, rest::jsonb, 'a0b1c2d3-0000-4000-8000-000000000000'
    from unnest(?::uuid[], ?::uuid[], ?::text[]) as i (organization_id, device_id, rest)
    on conflict (organization_id, device_id) do update set seen_at = excluded.seen_at, taken_at = excluded.taken_at,
      battery_pct = excluded.battery_pct, charging = excluded.charging, battery_celsius = excluded.battery_celsius,
      uptime_seconds = excluded.uptime_seconds, memory_total_mb = excluded.memory_total_mb,
      memory_available_mb = excluded.memory_available_mb, memory_pressure_pct = excluded.memory_pressure_pct,
      transport = excluded.transport, app_version = excluded.app_version, os_version = excluded.os_version,
      app_running = excluded.app_running, rest = excluded.rest, detail = excluded.detail
    where excluded.seen_at >= s.seen_at
    """
  };

  /// What is kept as it was sent of a heartbeat of [Beats].
  private static final String REST =
      "{\"alias\":\"Till device-4711\",\"speedtest_running_signals\":{\"has_service_notification\":true,"
          + "\"foreground_recent_seconds\":12},\"ssid\":\"Store 0042\",\"ip\":\"10.12.34.56\","
          + "\"power_ok\":true,\"net_validated\":true,\"queue_depth\":0}";

  private final BenchServer server;
  private final PrintWriter out;
  private final Bounds bounds;
  private final int devices;
  private final int connections;

  HeartbeatsBench(
      BenchServer server, PrintWriter out, Bounds bounds, int devices, int connections) {
    this.server = server;
    this.out = out;
    this.bounds = bounds;
    this.devices = devices;
    this.connections = connections;
  }

  void run(int seconds) throws Exception {
    String secret = Tokens.register(server, out, devices);
    Blast ingest = blast("/v1/heartbeat", secret);
    Blast bare = blast("/bare", secret);
    Duration turn = Duration.ofSeconds(seconds);

    Blast.Result first = ingest.run(0, devices, Duration.ofMinutes(10), 0);
    print("tokens checked for the first time", first);
    var _ = ingest.run(0, Long.MAX_VALUE, turn, 0);
    var _ = bare.run(0, Long.MAX_VALUE, Duration.ofSeconds(5), 0);

    Blast.Result h = bare.run(0, Long.MAX_VALUE, turn, 0);
    print("H: bare route", h);
    double d = database(turn);
    out.printf(Locale.ROOT, "  %-36s %,9.0f/s%n", "D: database, 500 a transaction", d);
    long stored = stored();
    Duration cpu = server.cpu();
    Blast.Result i = ingest.run(0, Long.MAX_VALUE, turn, 0);
    print("I: ingest", i);
    out.printf(
        Locale.ROOT,
        "  server %.2f processors; %.1f %% of the heartbeats fell into a bucket that was stored%n",
        server.cpu().minus(cpu).toNanos() / (double) i.took().toNanos(),
        100.0 - 100.0 * (stored() - stored) / i.done());
    int rate = (int) (i.perSecond() / 2);
    var _ = ingest.run(i.done(), Long.MAX_VALUE, Duration.ofSeconds(3), rate);
    // so long that one stall of a shared disk is not all that the tail tells
    Blast.Result half =
        ingest.run(i.done() + 3L * rate, Long.MAX_VALUE, turn.multipliedBy(3), rate);
    print("I at half load", half);

    double bound = 1 / (1 / h.perSecond() + 1 / d);
    bounds.least(
        "ingest / what H and D allow together", i.perSecond() / bound, 0.5, "of the bound");
    bounds.least("heartbeats a second", i.perSecond(), 15_000, "a second");
    bounds.most("p99 at half load", half.millis(99), 50, "ms");
    bounds.none("failed calls", h.failures() + i.failures() + half.failures());
  }

  private Blast blast(String path, String secret) {
    return new Blast(server.address(), connections, new Posts(path, secret, devices)::get);
  }

  private void print(String what, Blast.Result result) {
    out.printf(
        Locale.ROOT,
        "  %-36s %,9.0f/s  p50=%.1f p99=%.1f max=%.0f ms  %d failed%n",
        what,
        result.perSecond(),
        result.millis(50),
        result.millis(99),
        result.millis(100),
        result.failures());
    out.flush();
  }

  private long stored() throws Exception {
    try (Connection database = server.database();
        Statement statement = database.createStatement();
        ResultSet count = statement.executeQuery("select count(*) from telemetry.heartbeat")) {
      count.next();
      return count.getLong(1);
    }
  }

  /// Rows a second that the database takes without the server, for the devices in turn.
  private double database(Duration atMost) throws Exception {
    UUID[] ids = new UUID[devices];
    UUID organization = new UUID(0, 0);
    try (Connection database = server.database()) {
      try (Statement statement = database.createStatement();
          ResultSet rows =
              statement.executeQuery(
                  "select organization_id, id, substr(handle, 8)::int from device.device"
                      + " where handle ~ '^device-[0-9]+$'")) {
        while (rows.next()) {
          organization = rows.getObject(1, UUID.class);
          ids[rows.getInt(3) - 1] = rows.getObject(2, UUID.class);
        }
      }
      database.setAutoCommit(false);
      long begin = System.nanoTime();
      long done = 0;
      while (System.nanoTime() - begin < atMost.toNanos()) {
        UUID[] batch = new UUID[ROWS];
        for (int i = 0; i < ROWS; i++) {
          batch[i] = ids[(int) ((done + i) % devices)];
        }
        write(database, organization, batch);
        done += ROWS;
      }
      return done / ((System.nanoTime() - begin) / 1e9);
    }
  }

  private static void write(Connection database, UUID organization, UUID[] devices)
      throws SQLException {
    String now = Instant.now().toString();
    UUID[] organizations = new UUID[devices.length];
    String[] rests = new String[devices.length];
    Arrays.fill(organizations, organization);
    Arrays.fill(rests, REST);
    for (String insert : INSERTS) {
      try (PreparedStatement statement = database.prepareStatement(insert)) {
        Array of = database.createArrayOf("uuid", organizations);
        statement.setString(1, now);
        statement.setString(2, now);
        statement.setArray(3, of);
        statement.setArray(4, database.createArrayOf("uuid", devices));
        statement.setArray(5, database.createArrayOf("text", rests));
        statement.execute();
      }
    }
    database.commit();
  }
}
