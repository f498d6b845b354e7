package dev.muster.server.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.alert.Alert;
import dev.muster.server.alert.Alerts;
import dev.muster.server.alert.RuleKind;
import dev.muster.server.alert.Severity;
import dev.muster.server.device.Device;
import dev.muster.server.live.LiveWorld.Tenant;
import dev.muster.server.platform.Ids;
import dev.muster.server.testing.Audits;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

@TestInstance(Lifecycle.PER_CLASS)
class AlertLogTest {
  private static final Instant RAISED = Instant.parse("2026-01-15T09:00:00Z");

  private final LiveWorld world = new LiveWorld();
  private final Tenant tenant = world.tenant();

  @AfterAll
  void close() {
    world.close();
  }

  @Test
  void alertsOfManyOrganizationsAreToldToEachItsOwn() {
    Tenant other = world.tenant();
    Device till = tenant.device("till");
    Watcher watcher = tenant.watch();
    Watcher elsewhere = other.watch();
    Alert alert = alert(tenant, till, RuleKind.OFFLINE);
    Alert foreign = alert(other, other.device("door"), RuleKind.LOW_BATTERY);

    raise(List.of(alert, foreign));
    Alert recovered = recovered(alert);
    recover(List.of(recovered));

    assertThat(watcher.see(2)).containsExactly("OFFLINE raised", "OFFLINE recovered");
    assertThat(watcher.told)
        .extracting(change -> ((Change.OfAlert) change).alert())
        .containsExactly(alert, recovered);
    assertThat(elsewhere.see(2)).containsExactly("door IDLE", "LOW_BATTERY raised");
  }

  @Test
  void whoTakesCareOfAnAlertIsToldAtOnceAndWithItsRecovery() {
    Device door = tenant.device("back-door");
    Alert alert = alert(tenant, door, RuleKind.OFFLINE);
    world.database.acrossOrganizations(handle ->
        handle.execute(
            """
            insert into alert.alert
              (organization_id, id, kind, severity, device_id, handle, name, summary, raised_at)
            values (?, ?, 'OFFLINE', 'WARNING', ?, 'back-door', 'd', 'Something is wrong.', ?)
            """,
            alert.organization(),
            alert.id(),
            door.id().value(),
            RAISED));
    Alerts alerts =
        new Alerts(
            world.database,
            world.room.devices(),
            Audits.on(world.clock),
            world.clock,
            List.of(world.alertLog));
    Watcher watcher = tenant.watch();

    Alert acknowledged = alerts.acknowledge(tenant.admin(), alert.id().toString());
    assertThat(alerts.acknowledge(tenant.admin(), alert.id().toString())).isEqualTo(acknowledged);
    Alert recovered = recovered(acknowledged);
    recover(List.of(recovered));

    assertThat(acknowledged.acknowledged())
        .isEqualTo(new Alert.Acknowledged(world.clock.instant(), tenant.admin().userId()));
    assertThat(watcher.see(2)).hasSize(2);
    assertThat(watcher.told)
        .extracting(change -> ((Change.OfAlert) change).alert())
        .containsExactly(acknowledged, recovered);
  }

  @Test
  void anAlertOfTheServerItselfIsToldToThoseWhoWatchAll() {
    Watcher all = tenant.watch();
    Watcher one = all.only(ChangeFilter.ofDevices(Set.of("till")));

    raise(List.of(alert(tenant, null, RuleKind.DISK_LOW)));

    assertThat(all.see(1)).containsExactly("DISK_LOW raised");
    one.look(10);
    assertThat(one.told).isEmpty();
    assertThat(one.cursor).isEqualTo(all.cursor);
  }

  @Test
  void aDeviceThatIsErasedTakesItsAlertsAlong() {
    Device device = tenant.device("gone");
    Watcher watcher = tenant.watch();
    raise(List.of(alert(tenant, device, RuleKind.OFFLINE)));

    world.erasure.erase(tenant.admin(), "gone");

    assertThat(watcher.until(told -> !told.isEmpty() && told.getLast() instanceof Change.Erased))
        .last()
        .isEqualTo("gone erased");
    assertThat(
            world.database.<Long>acrossOrganizations(handle ->
                handle
                    .createQuery(
                        "select count(*) from live.change where device_id = ? and kind = 'ALERT'")
                    .bind(0, device.id().value())
                    .mapTo(Long.class)
                    .one()))
        .isZero();
  }

  private void raise(List<Alert> alerts) {
    world.database.acrossOrganizations(handle -> {
      world.alertLog.raised(handle, alerts);
      return true;
    });
  }

  private void recover(List<Alert> alerts) {
    world.database.acrossOrganizations(handle -> {
      world.alertLog.recovered(handle, alerts);
      return true;
    });
  }

  private static Alert alert(Tenant of, @Nullable Device device, RuleKind kind) {
    return new Alert(
        Ids.next(),
        of.admin().organization(),
        device == null ? null : new Alert.Subject(device.id(), device.handle(), device.name()),
        new Alert.Rule(kind, Severity.WARNING),
        "Something is wrong.",
        RAISED,
        null);
  }

  private static Alert recovered(Alert alert) {
    return new Alert(
        alert.id(),
        alert.organization(),
        alert.subject(),
        alert.rule(),
        alert.summary(),
        alert.raisedAt(),
        RAISED.plusSeconds(60),
        alert.acknowledged());
  }
}
