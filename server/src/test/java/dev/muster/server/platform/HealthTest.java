package dev.muster.server.platform;

import static dev.muster.server.platform.Health.Status.HEALTHY;
import static dev.muster.server.platform.Health.Status.UNHEALTHY;
import static dev.muster.server.platform.Health.Status.WARNING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.testing.TestDatabase;
import dev.muster.server.testing.TestPostgres;
import io.agroal.api.AgroalDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HealthTest {
  private static final Reading.Queue NONE = new Reading.Queue(0, Duration.ZERO);

  private static Reading.Answered reading(
      Duration took, Reading.Queue outbox, Reading.Queue jobs, long dead, long abandoned) {
    return new Reading.Answered(Instant.EPOCH, took, outbox, jobs, dead, abandoned);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 20, HEALTHY",
    "15, 20, HEALTHY",
    "16, 20, WARNING",
    "18, 20, WARNING",
    "19, 20, UNHEALTHY",
    "20, 20, UNHEALTHY",
    "4, 5, WARNING",
    "5, 5, UNHEALTHY",
  })
  void aPoolWarnsAtEightyPercentAndFailsAtNinetyFive(int inUse, int size, Health.Status status) {
    Health.Check check = Health.pool(inUse, size);
    assertThat(check.status()).isEqualTo(status);
    assertThat(check.message()).startsWith(inUse + " of " + size + " connections are in use");
    assertThat(check.message().contains("muster.pool.size")).isEqualTo(status != HEALTHY);
  }

  @Test
  void aSlowDatabaseWarnsAndOneThatDoesNotAnswerFails() {
    Duration ms = Duration.ofMillis(3);
    assertThat(Health.database(reading(ms, NONE, NONE, 0, 0)))
        .isEqualTo(new Health.Check(HEALTHY, "answers in 3 ms"));
    assertThat(Health.database(reading(Duration.ofMillis(501), NONE, NONE, 0, 0)).status())
        .isEqualTo(WARNING);
    assertThat(Health.database(new Reading.Failed(Instant.EPOCH)).status()).isEqualTo(UNHEALTHY);
    assertThat(Health.database(new Reading.Silent(Instant.EPOCH)).message()).contains("1500 ms");
  }

  @Test
  void whatIsLateOnlyWarnsAndSaysWhatToDo() {
    Reading.Queue late = new Reading.Queue(7, Duration.ofMinutes(3));
    Reading.Queue soon = new Reading.Queue(7, Duration.ofSeconds(50));
    assertThat(Health.jobs(reading(Duration.ZERO, NONE, soon, 0, 0)).status()).isEqualTo(HEALTHY);
    assertThat(Health.jobs(reading(Duration.ZERO, NONE, late, 0, 0)))
        .isEqualTo(
            new Health.Check(
                WARNING,
                "7 jobs are due, the oldest for 3 minutes: see that a node with the role worker"
                    + " runs"));
    assertThat(Health.jobs(reading(Duration.ZERO, NONE, NONE, 0, 2)).message())
        .startsWith("2 jobs are held by workers that give no sign of life");
    assertThat(Health.outbox(reading(Duration.ZERO, soon, NONE, 0, 0)).status()).isEqualTo(HEALTHY);
    assertThat(Health.outbox(reading(Duration.ZERO, late, NONE, 0, 0)).message())
        .startsWith("7 events wait, the oldest for 3 minutes");
    assertThat(Health.outbox(reading(Duration.ZERO, NONE, NONE, 1, 0)))
        .extracting(Health.Check::status)
        .isEqualTo(WARNING);
  }

  @Test
  void aPoolThatIsUsedUpIsToldAtOnceAndTheDatabaseBehindItIsStillSeen() throws SQLException {
    try (TestDatabase test = TestDatabase.create()) {
      String url = TestPostgres.url(test.name());
      try (AgroalDataSource own =
              DatabasePool.openForProbe(url, "muster", TestPostgres.password());
          AgroalDataSource pool =
              DatabasePool.openForProbe(url, "muster", TestPostgres.password())) {
        Health health =
            new Health(
                new DatabaseProbe(own, InstantSource.system()),
                new PoolUse(pool),
                DiskSpace.unseen(DiskSpaceTest.limits(2, 1)),
                List.of(said("lamp", Health.Check.warning("is dim")), said("none", null)));
        assertThat(health.checks())
            .containsEntry("lamp", new Health.Check(WARNING, "is dim"))
            .doesNotContainKey("none");
        assertThat(health.checks().get("pool"))
            .isEqualTo(new Health.Check(HEALTHY, "0 of 1 connections are in use"));
        List<Connection> lent = new ArrayList<>(List.of(pool.getConnection()));
        Map<String, Health.Check> checks = health.checks();
        assertThat(checks.get("pool")).extracting(Health.Check::status).isEqualTo(UNHEALTHY);
        assertThat(checks.get("database")).extracting(Health.Check::status).isEqualTo(HEALTHY);
        lent.getFirst().close();
      }
    }
  }

  private static HealthSource said(String name, Health.@Nullable Check check) {
    return new HealthSource() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public Optional<Health.Check> check() {
        return Optional.ofNullable(check);
      }
    };
  }
}
