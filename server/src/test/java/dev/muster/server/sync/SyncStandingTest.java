package dev.muster.server.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Ids;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.ServerUnderTest;
import dev.muster.server.testing.SyncDevice;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// What is told of devices, people and the server when they synchronize.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
class SyncStandingTest {
  @Inject Database database;
  @Inject MeterRegistry metrics;

  private final Api admin = Api.ofNewOrganization();
  private final SyncDevice tablet = SyncDevice.of(admin, "member");

  private void push(long own) {
    Map<String, Object> task = Map.of("title", "x", "vector_clock", tablet.clock(own));
    tablet.pushTasks(List.of(tablet.item(Ids.next(), "create", task))).expect(200);
  }

  @Test
  void aDeviceShowsWhenItSynchronizedAndWhatOfItIsAcknowledged() {
    JsonNode fresh = admin.get("/api/devices/" + tablet.id()).expect(200).body();
    assertThat(fresh.get("last_sync_at").isNull()).isTrue();
    assertThat(fresh.get("vector_clock").toString()).isEqualTo("{}");

    Instant before = Instant.now();
    Map<String, Object> refused = Map.of("title", "", "vector_clock", tablet.clock(4));
    tablet.pushTasks(List.of(tablet.item(Ids.next(), "create", refused))).expect(200);
    push(3);

    JsonNode row = admin.get("/api/devices/").expect(200).node("results").get(0);
    assertThat(row.get("vector_clock").toString()).isEqualTo("{\"" + tablet.id() + "\":4}");
    assertThat(Instant.parse(row.get("last_sync_at").asText())).isAfterOrEqualTo(before);
  }

  @Test
  void aPullShowsToo() {
    tablet.pull(0, 10).expect(200);
    JsonNode row = admin.get("/api/devices/" + tablet.id()).expect(200).body();
    assertThat(row.get("last_sync_at").isNull()).isFalse();
    assertThat(row.get("vector_clock").toString()).isEqualTo("{}");
  }

  @Test
  void whoSynchronizesIsSeenOnceAMinute() {
    Instant longAgo = seen("5 minutes");
    push(1);
    assertThat(lastSeen()).isAfter(longAgo);

    Instant just = seen("30 seconds");
    push(2);
    assertThat(lastSeen()).isEqualTo(just);

    Instant again = seen("2 minutes");
    tablet.pull(0, 10).expect(200);
    assertThat(lastSeen()).isAfter(again);
  }

  private Instant seen(String ago) {
    database.acrossOrganizations(handle ->
        handle.execute(
            "update identity.users set last_seen_at = now() - cast(? as interval) where id = ?",
            ago,
            UUID.fromString(tablet.user())));
    return lastSeen();
  }

  private Instant lastSeen() {
    return Instant.parse(tablet.api().get("/api/users/me/").expect(200).at("last_seen_at"));
  }

  private double count(String name, String... tags) {
    return metrics.counter(name, tags).count();
  }

  private long timed(String operation, String outcome) {
    return metrics.timer("muster.sync", "operation", operation, "outcome", outcome).count();
  }

  @Test
  void pushesAndPullsAreCountedByWhatCameOfThem() {
    long pushed = timed("push", "ok");
    long refused = timed("push", "invalid_parameter");
    long pulled = timed("pull", "ok");
    double items = count("muster.sync.items", "operation", "push");
    double rows = count("muster.sync.items", "operation", "pull");
    double rejected = count("muster.sync.conflicts", "kind", "rejected");

    push(1);
    Map<String, Object> bad = tablet.item(Ids.next(), "create", Map.of("title", ""));
    tablet.pushTasks(List.of(bad)).expect(200);
    tablet.pushTasks(List.of(bad)).expect(200);
    tablet.push(Map.of("pumps", List.of())).expect(400);
    SyncDevice.of(admin, "viewer").pull(0, 10).expect(200);

    assertThat(timed("push", "ok") - pushed).isEqualTo(3);
    assertThat(timed("push", "invalid_parameter") - refused).isEqualTo(1);
    assertThat(timed("pull", "ok") - pulled).isEqualTo(1);
    assertThat(count("muster.sync.items", "operation", "push") - items).isEqualTo(3);
    assertThat(count("muster.sync.items", "operation", "pull") - rows).isEqualTo(1);
    assertThat(count("muster.sync.conflicts", "kind", "rejected") - rejected)
        .as("the repeat is not another")
        .isEqualTo(1);
  }

  @Test
  void howLongAnItemWaitedIsToldByTheDevicesOwnClockHoweverWrongItIs() {
    long before = queueAge().count();
    double waited = queueAge().totalTime(TimeUnit.SECONDS);
    pushAt(946_684_800_000L, "1999-12-31T22:00:00Z");
    pushAt(946_684_800_000L, "2000-01-02T00:00:00Z");
    pushAt(946_684_800_000L, "yesterday");
    pushAt("soon", "1999-12-31T22:00:00Z");

    assertThat(queueAge().count() - before).isEqualTo(1);
    assertThat(queueAge().totalTime(TimeUnit.SECONDS) - waited).isEqualTo(7_200, within(0.1));
  }

  private void pushAt(Object timestamp, String editedAt) {
    Map<String, Object> task = Map.of("title", "x", "updated_at", editedAt);
    tablet
        .api()
        .post(
            "/api/sync/push/",
            Map.of(
                "deviceId",
                tablet.id(),
                "timestamp",
                timestamp,
                "changes",
                Map.of("tasks", List.of(tablet.item(Ids.next(), "create", task)))))
        .expect(200);
  }

  private Timer queueAge() {
    return metrics.get("muster.sync.queue.age").timer();
  }
}
