package dev.muster.server.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.archive.Partitions;
import dev.muster.server.platform.Ids;
import dev.muster.server.policy.PolicyTenant;
import dev.muster.server.policy.PolicyWorld;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/// A last status is never older than the history of its device for longer than an hour.
@TestInstance(Lifecycle.PER_CLASS)
class StatusReconciliationTest {
  private final PolicyWorld world = PolicyWorld.open();
  private final PolicyTenant tenant = world.tenant();
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final Instant now = world.clock().instant();
  private final Partitions partitions = world.testDatabase().partitions(world.clock());

  @AfterAll
  void close() {
    world.close();
  }

  private UUID device() {
    return UUID.fromString(tenant.device());
  }

  private void history(UUID device, Instant at, int battery) {
    world.sql(handle ->
        handle.execute(
            """
            insert into telemetry.heartbeat
              (organization_id, device_id, bucket, taken_at, received_at, battery_pct, rest)
            values (?, ?, ?, ?, ?, ?, '{}')
            """,
            tenant.organization(),
            device,
            at,
            at,
            at.plusSeconds(3),
            battery));
  }

  private void status(UUID device, Instant seen, int battery) {
    world.sql(handle ->
        handle.execute(
            """
            insert into telemetry.last_status
              (organization_id, device_id, seen_at, taken_at, battery_pct, rest)
            values (?, ?, ?, ?, ?, '{}')
            """,
            tenant.organization(),
            device,
            seen,
            seen,
            battery));
  }

  private List<Integer> batteries(UUID device) {
    return world.sql(handle -> batteries(handle, device));
  }

  private static List<Integer> batteries(Handle handle, UUID device) {
    return handle
        .createQuery("select battery_pct from telemetry.last_status where device_id = :device")
        .bind("device", device)
        .mapTo(Integer.class)
        .list();
  }

  private double repaired() {
    double before = metrics.counter("muster.telemetry.repairs").count();
    new StatusReconciliation(world.testDatabase().database(), partitions, world.clock(), metrics)
        .run();
    return metrics.counter("muster.telemetry.repairs").count() - before;
  }

  @Test
  void whatIsOlderThanItsHistoryIsRepairedOnce() {
    UUID behind = device();
    UUID current = device();
    UUID silent = device();
    history(behind, now.minusSeconds(40), 40);
    history(behind, now.minusSeconds(20), 20);
    status(behind, now.minusSeconds(300), 99);
    history(current, now.minusSeconds(20), 1);
    status(current, now.minusSeconds(11), 77);
    status(silent, now.minus(Duration.ofDays(5)), 55);

    assertThat(repaired()).isEqualTo(1);

    assertThat(batteries(behind)).containsExactly(20);
    assertThat(batteries(current)).containsExactly(77);
    assertThat(batteries(silent)).containsExactly(55);
    assertThat(repaired()).isZero();
  }

  @Test
  void whatCameInWhileADeviceWasErasedGoes() {
    UUID erased = Ids.next();
    history(erased, now.minusSeconds(20), 20);
    status(erased, now, 20);

    assertThat(repaired()).isZero();

    assertThat(batteries(erased)).isEmpty();
    assertThat(
            world.<Integer>sql(handle ->
                handle
                    .createQuery("select count(*) from telemetry.heartbeat where device_id = :d")
                    .bind("d", erased)
                    .mapTo(Integer.class)
                    .one()))
        .isZero();
  }
}
