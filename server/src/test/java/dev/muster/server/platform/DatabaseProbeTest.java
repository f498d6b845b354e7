package dev.muster.server.platform;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.testing.MutableClock;
import dev.muster.server.testing.Race;
import dev.muster.server.testing.TestDatabase;
import dev.muster.server.testing.TestPostgres;
import io.agroal.api.AgroalDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class DatabaseProbeTest {
  private final MutableClock clock = new MutableClock();
  private TestDatabase test;
  private AgroalDataSource own;
  private DatabaseProbe probe;

  @BeforeEach
  void open() {
    test = TestDatabase.create();
    own =
        DatabasePool.openForProbe(TestPostgres.url(test.name()), "muster", TestPostgres.password());
    probe = new DatabaseProbe(own, clock);
  }

  @AfterEach
  void close() {
    own.close();
    test.close();
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = TestPostgres.superuser(test.name());
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private Reading.Answered answered() {
    return (Reading.Answered) probe.current();
  }

  @Test
  void anIdleDatabaseHasNothingLate() {
    Reading.Answered reading = answered();
    assertThat(reading.outbox()).isEqualTo(new Reading.Queue(0, Duration.ZERO));
    assertThat(reading.jobs()).isEqualTo(new Reading.Queue(0, Duration.ZERO));
    assertThat(reading.dead()).isZero();
    assertThat(reading.abandoned()).isZero();
  }

  @Test
  void whatIsLateDeadOrAbandonedIsSeenInEveryOrganizationAndEveryClass() throws SQLException {
    String now = "timestamptz '" + clock.instant() + "'";
    execute(
        """
        insert into platform.outbox (id, organization_id, listener, event_type, body, created_at, due_at, dead_at)
        select gen_random_uuid(), gen_random_uuid(), 'l', 't', '{}', NOW, NOW - make_interval(mins => minutes), dead
        from (values (3, null), (1, null), (-5, null), (9, NOW)) e(minutes, dead)
        """
            .replace("NOW", now));
    for (String jobClass : new String[] {"command", "wake", "maintain"}) {
      execute(
          "insert into platform.job_%s (task_name, task_instance, execution_time, picked, last_heartbeat, version)"
                  .formatted(jobClass)
              + " values ('late', '1', NOW - interval '2 minutes', false, null, 1),"
                  .replace("NOW", now)
              + " ('runs', '1', NOW - interval '9 minutes', true, NOW - interval '7 seconds', 1),"
                  .replace("NOW", now)
              + " ('lost', '1', NOW - interval '9 minutes', true, NOW - interval '9 seconds', 1)"
                  .replace("NOW", now));
    }
    Reading.Answered reading = answered();
    assertThat(reading.outbox()).isEqualTo(new Reading.Queue(2, Duration.ofMinutes(3)));
    assertThat(reading.dead()).isEqualTo(1);
    assertThat(reading.jobs()).isEqualTo(new Reading.Queue(3, Duration.ofMinutes(2)));
    assertThat(reading.abandoned()).isEqualTo(3);
  }

  @Test
  void manyAtOnceShareOneLookAndAFreshOneIsNotMadeForASecond() {
    Set<Reading> seen = Set.copyOf(Race.times(50, _ -> probe.current()));
    assertThat(seen).hasSize(1);
    assertThat(own.getMetrics().creationCount()).isEqualTo(1);

    clock.advance(Duration.ofMillis(900));
    assertThat(probe.current()).isSameAs(seen.iterator().next());
    clock.advance(Duration.ofMillis(200));
    assertThat(probe.current().at()).isEqualTo(clock.instant());
  }

  @Test
  void aDatabaseThatHangsIsSaidToBeSilentInTimeAndSeenAgainAfterwards() throws SQLException {
    assertThat(probe.current()).isInstanceOf(Reading.Answered.class);
    try (Connection blocker = TestPostgres.superuser(test.name());
        Statement statement = blocker.createStatement()) {
      blocker.setAutoCommit(false);
      statement.execute("lock table platform.outbox in access exclusive mode");
      clock.advance(Duration.ofSeconds(2));
      long started = System.nanoTime();
      assertThat(probe.current()).isEqualTo(new Reading.Silent(clock.instant()));
      assertThat(Duration.ofNanos(System.nanoTime() - started))
          .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(2));
      blocker.rollback();
    }
    Reading reading = probe.current();
    while (!(reading instanceof Reading.Answered)) {
      clock.advance(Duration.ofSeconds(2));
      reading = probe.current();
    }
  }

  @Test
  void aDatabaseThatIsGoneHasFailed() {
    own.close();
    assertThat(probe.current()).isEqualTo(new Reading.Failed(clock.instant()));
  }

  @Test
  void theLatestFindingIsToldWithoutWaiting() {
    assertThat(probe.latest()).isNull();
    Reading made = probe.current();
    assertThat(probe.latest()).isEqualTo(made);
  }
}
