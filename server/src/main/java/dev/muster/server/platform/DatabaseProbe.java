package dev.muster.server.platform;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/// Looks at the database from outside the pool of the requests, so that it can say what is wrong
/// when that pool is used up or the database hangs.
///
/// However often it is asked, it looks once a second at the most, with one connection, and answers
/// within [#PATIENCE].
public final class DatabaseProbe {
  static final Duration PATIENCE = Duration.ofMillis(1_500);
  static final Duration FRESH = Duration.ofSeconds(1);

  /// A worker sends four heartbeats in this time; db-scheduler then takes its job for abandoned.
  private static final Duration DEAD_AFTER = Duration.ofSeconds(8);

  private static final String JOBS =
      """
      (select execution_time, picked, last_heartbeat from platform.job_command
       union all select execution_time, picked, last_heartbeat from platform.job_wake
       union all select execution_time, picked, last_heartbeat from platform.job_maintain) j
      """;

  private final DataSource dataSource;
  private final InstantSource clock;
  private volatile @Nullable Reading last;
  private @Nullable CompletableFuture<Reading> underway;
  private Instant underwaySince = Instant.EPOCH;

  /// @param dataSource of the login role, with connections of its own
  public DatabaseProbe(DataSource dataSource, InstantSource clock) {
    this.dataSource = dataSource;
    this.clock = clock;
  }

  /// What a look found that is not older than a second, or that there is none.
  public Reading current() {
    Reading known = last;
    if (known != null && isFresh(known)) {
      return known;
    }
    CompletableFuture<Reading> look = look();
    try {
      return look.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException _) {
      return silent();
    } catch (ExecutionException failure) {
      throw new IllegalStateException(failure);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return silent();
    }
  }

  /// The latest finding, however old; never waits. Has the next one made when it is not fresh.
  public @Nullable Reading latest() {
    Reading known = last;
    if (known == null || !isFresh(known)) {
      var _ = look();
    }
    return known;
  }

  private boolean isFresh(Reading reading) {
    return reading.at().plus(FRESH).isAfter(clock.instant());
  }

  private synchronized Reading silent() {
    return new Reading.Silent(underwaySince);
  }

  private synchronized CompletableFuture<Reading> look() {
    CompletableFuture<Reading> present = underway;
    if (present != null) {
      return present;
    }
    CompletableFuture<Reading> fresh = new CompletableFuture<>();
    underway = fresh;
    underwaySince = clock.instant();
    Instant since = underwaySince;
    Thread.ofVirtual().name("database-probe").start(() -> finish(fresh, read(since)));
    return fresh;
  }

  private void finish(CompletableFuture<Reading> look, Reading found) {
    synchronized (this) {
      last = found;
      underway = null;
    }
    look.complete(found);
  }

  private Reading read(Instant at) {
    long started = System.nanoTime();
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(false);
      try {
        Reading.Queue jobs =
            queue(
                connection,
                "from " + JOBS + " where not picked and execution_time <= ?",
                "execution_time",
                at);
        long abandoned =
            count(
                connection,
                "from " + JOBS + " where picked and last_heartbeat < ?",
                at.minus(DEAD_AFTER));
        try (var role = connection.createStatement()) {
          role.execute("set local role muster_cross");
        }
        Reading.Queue outbox =
            queue(
                connection,
                "from platform.outbox where dead_at is null and due_at <= ?",
                "due_at",
                at);
        long dead = count(connection, "from platform.outbox where dead_at <= ?", at);
        return new Reading.Answered(
            at, Duration.ofNanos(System.nanoTime() - started), outbox, jobs, dead, abandoned);
      } finally {
        connection.rollback();
        connection.setAutoCommit(true);
      }
    } catch (SQLException failure) {
      return new Reading.Failed(at);
    }
  }

  private static Reading.Queue queue(
      Connection connection, String from, String dueColumn, Instant now) throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement("select count(*), min(" + dueColumn + ") " + from)) {
      query.setObject(1, now.atOffset(ZoneOffset.UTC));
      try (ResultSet rows = query.executeQuery()) {
        rows.next();
        OffsetDateTime oldest = rows.getObject(2, OffsetDateTime.class);
        return new Reading.Queue(
            rows.getLong(1),
            oldest == null ? Duration.ZERO : Duration.between(oldest.toInstant(), now));
      }
    }
  }

  private static long count(Connection connection, String from, Instant before)
      throws SQLException {
    try (PreparedStatement query = connection.prepareStatement("select count(*) " + from)) {
      query.setObject(1, before.atOffset(ZoneOffset.UTC));
      try (ResultSet rows = query.executeQuery()) {
        rows.next();
        return rows.getLong(1);
      }
    }
  }
}
