package dev.muster.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.platform.Database;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.ServerUnderTest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@SuppressWarnings("NullAway.Init") // injected
class HealthApiTest {
  @Inject Database database;

  @Test
  void everyCheckSaysHowItIsWithNumbersAndNothingThatAStrangerShouldNotKnow() {
    Api.Answer health = Api.anonymous().get("/api/health/").expect(200);
    assertThat(health.keys("checks"))
        .containsExactlyInAnyOrder("database", "pool", "jobs", "outbox", "disk");
    for (String check : health.keys("checks")) {
      assertThat(health.keys("checks." + check)).containsExactlyInAnyOrder("status", "message");
      assertThat(health.at("checks." + check + ".status")).isIn("healthy", "warning");
    }
    assertThat(health.at("checks.pool.message")).matches("[0-9]+ of 20 connections are in use");
    assertThat(health.text()).doesNotContain("jdbc").doesNotContain("127.0.0.1");
  }

  @Test
  void aPoolThatIsUsedUpIs503AtOnceAndHealthyWhenItIsGivenBack() throws SQLException {
    List<Connection> lent = new ArrayList<>();
    try {
      while (lent.size() < 18) { // and one is that of the broadcast
        lent.add(database.dataSource().getConnection());
      }
      long started = System.nanoTime();
      Api.Answer health = Api.anonymous().get("/api/health/").expect(503);
      assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(2));
      assertThat(health.at("status")).isEqualTo("unhealthy");
      assertThat(health.at("checks.pool.status")).isEqualTo("unhealthy");
      assertThat(health.at("checks.database.status")).isEqualTo("healthy");
      Api.anonymous().get("/health").expect(200);
    } finally {
      for (Connection connection : lent) {
        connection.close();
      }
    }
    Api.anonymous().get("/api/health/").expect(200);
  }

  @Test
  void theMetricsOfOurOwnAreServed() {
    Api.with("mt_wrong").get("/api/devices/").expect(401);
    String metrics = Api.anonymous().get("/metrics").expect(200).text();
    assertThat(metrics)
        .contains("muster_pool_size 20.0")
        .contains("muster_pool_in_use ")
        .contains("muster_pool_waiting ")
        .contains("muster_outbox_due ")
        .contains("muster_outbox_late_seconds ")
        .contains("muster_outbox_dead ")
        .contains("muster_jobs_late_seconds ")
        .contains("muster_doorbells_open ")
        .contains("muster_disk_free_bytes NaN")
        .containsPattern("muster_refusals_total\\{code=\"unauthenticated\",?\\} [1-9]");
  }

  /// Nor is there one for each path that is refused.
  @Test
  void whatStrangersMakeUpIsNoMetric() {
    Api.anonymous().send("MADEUP", "/health", null);
    Api.anonymous().get("/api/made-up-path").expect(401);

    assertThat(Api.anonymous().get("/metrics").expect(200).text())
        .contains("http_server_requests_seconds_count")
        .doesNotContain("MADEUP")
        .doesNotContain("made-up-path");
  }
}
