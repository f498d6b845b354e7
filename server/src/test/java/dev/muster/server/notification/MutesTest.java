package dev.muster.server.notification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.alert.Alert;
import dev.muster.server.alert.RuleKind;
import dev.muster.server.alert.Severity;
import dev.muster.server.device.DeviceErasure;
import dev.muster.server.device.DeviceId;
import dev.muster.server.notification.NotificationWorld.Tenant;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Role;
import dev.muster.server.testing.Tenants;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Mutes, maintenance windows, and what goes with a device.
@SuppressWarnings("NullAway.Init") // set before each test
class MutesTest {
  private NotificationWorld world;
  private Tenant tenant;

  @BeforeEach
  void open() {
    world = new NotificationWorld(Map.of());
    tenant = world.tenant();
    tenant.channel(Channel.Kind.WEBHOOK, "/all");
  }

  @AfterEach
  void close() {
    world.close();
  }

  private Mute mute(
      @Nullable String device,
      @Nullable String group,
      @Nullable RuleKind kind,
      @Nullable Duration lasts) {
    Instant now = world.clock.instant();
    return world.mutes.create(
        tenant.admin(),
        new Mutes.NewMute(
            device, group, kind, null, lasts == null ? null : now.plus(lasts), null, "why"));
  }

  private Alert raise(RuleKind kind, DeviceId device, String handle) {
    return tenant.raise(tenant.alert(kind, Severity.WARNING, device, handle)).getFirst();
  }

  private List<String> told() {
    return world.receiver.received("/all").stream().map(message -> message.text("title")).toList();
  }

  @Test
  void whatIsMutedIsNeitherToldNorItsRecovery() {
    DeviceId one = tenant.device("one");
    DeviceId two = tenant.device("two");
    mute("one", null, RuleKind.OFFLINE, null);
    Alert muted = raise(RuleKind.OFFLINE, one, "one");
    raise(RuleKind.APP_DOWN, one, "one");
    raise(RuleKind.OFFLINE, two, "two");
    world.pass(Duration.ofSeconds(6));
    tenant.recover(List.of(muted));
    world.passQuickly(Duration.ofSeconds(20));

    assertThat(told())
        .containsExactlyInAnyOrder(
            "[WARNING] app down: The one (one)", "[WARNING] offline: The two (two)");
  }

  @Test
  void aGroupIsMutedWithTheDevicesThatAreInIt() {
    DeviceId in = tenant.device("in");
    DeviceId out = tenant.device("out");
    world.groups.create(tenant.admin(), "shop");
    world.groups.join(tenant.admin(), "shop", "in");
    mute(null, "shop", null, null);
    raise(RuleKind.OFFLINE, in, "in");
    raise(RuleKind.OFFLINE, out, "out");
    world.pass(Duration.ofSeconds(6));

    assertThat(told()).containsExactly("[WARNING] offline: The out (out)");
  }

  @Test
  void itEndsAtItsTimeOrWhenItIsDeleted() {
    DeviceId one = tenant.device("one");
    mute(null, null, null, Duration.ofSeconds(30));
    raise(RuleKind.OFFLINE, one, "one");
    world.passQuickly(Duration.ofSeconds(30));
    assertThat(told()).isEmpty();
    raise(RuleKind.APP_DOWN, one, "one");
    world.passQuickly(Duration.ofSeconds(10));
    assertThat(told()).hasSize(1);

    Mute mute = mute(null, null, null, null);
    raise(RuleKind.STALE, one, "one");
    world.passQuickly(Duration.ofSeconds(10));
    assertThat(told()).hasSize(1);
    world.mutes.delete(tenant.admin(), mute.id().toString());
    raise(RuleKind.LOW_BATTERY, one, "one");
    world.passQuickly(Duration.ofSeconds(10));
    assertThat(told()).hasSize(2);
  }

  @Test
  void whatHasEndedCountsForNoLimitAndHidesNothing() {
    DeviceId one = tenant.device("one");
    mute("one", null, null, null);
    Instant now = world.clock.instant();
    world.database.acrossOrganizations(handle ->
        handle.execute(
            """
            insert into notification.mute
              (organization_id, id, from_at, until_at, reason, created_at)
            select ?, ('ffffffff-0000-7000-8000-' || lpad(i::text, 12, '0'))::uuid, ?, ?, 'over', ?
            from generate_series(1, 500) i
            """,
            tenant.admin().organization(),
            now.minusSeconds(60),
            now,
            now));
    mute(null, null, RuleKind.STALE, Duration.ofHours(1));
    raise(RuleKind.OFFLINE, one, "one");
    world.passQuickly(Duration.ofSeconds(10));
    assertThat(told()).isEmpty();

    world.database.acrossOrganizations(handle ->
        handle.execute("update notification.mute set until_at = null where reason = 'over'"));
    assertThatThrownBy(() -> mute("one", null, null, null))
        .hasMessageContaining("there are 500 mutes");
  }

  @Test
  void aMaintenanceWindowComesBackEachWeekInItsTimeZone() {
    Mute.Weekly night =
        new Mute.Weekly(
            Set.of(DayOfWeek.SATURDAY), LocalTime.of(22, 0), 480, ZoneId.of("Europe/Vienna"));
    assertThat(night.covers(Instant.parse("2026-01-17T20:59:59Z"))).isFalse();
    assertThat(night.covers(Instant.parse("2026-01-17T21:00:00Z"))).isTrue();
    assertThat(night.covers(Instant.parse("2026-01-18T04:59:59Z"))).isTrue();
    assertThat(night.covers(Instant.parse("2026-01-18T05:00:00Z"))).isFalse();
    assertThat(night.covers(Instant.parse("2026-01-18T21:30:00Z"))).isFalse();
    // in summer an hour earlier
    assertThat(night.covers(Instant.parse("2026-07-18T20:00:00Z"))).isTrue();
    // the clock is put forward that night: it still lasts eight hours
    assertThat(night.covers(Instant.parse("2026-03-29T04:59:59Z"))).isTrue();
    assertThat(night.covers(Instant.parse("2026-03-29T05:00:00Z"))).isFalse();

    Mute.Weekly always =
        new Mute.Weekly(
            Set.of(DayOfWeek.MONDAY), LocalTime.MIDNIGHT, Mute.Weekly.WEEK, ZoneId.of("UTC"));
    assertThat(always.covers(Instant.parse("2026-01-18T23:59:59Z"))).isTrue();
  }

  @Test
  void aWindowIsStoredAsItWasGiven() {
    Mute.Weekly weekly =
        new Mute.Weekly(
            Set.of(DayOfWeek.MONDAY, DayOfWeek.FRIDAY),
            LocalTime.of(2, 30),
            90,
            ZoneId.of("America/New_York"));
    Mute mute =
        world.mutes.create(
            tenant.admin(),
            new Mutes.NewMute(null, null, RuleKind.STALE, null, null, weekly, "night shift"));
    assertThat(world.mutes.list(tenant.admin(), 10, 0).rows()).containsExactly(mute);
  }

  @Test
  void whatIsNotThereIsNotMuted() {
    assertThatThrownBy(() -> mute("nobody", null, null, null))
        .isInstanceOfSatisfying(
            Refusal.class,
            refusal ->
                assertThat(refusal.fields())
                    .containsExactly(
                        new Refusal.FieldError("device", "is no device of this organization")));
    assertThatThrownBy(() -> mute(null, "nobody", null, null))
        .hasMessageContaining("is no group of this organization");
    assertThatThrownBy(() -> mute(null, null, null, Duration.ZERO))
        .hasMessageContaining("must be after from");
  }

  @Test
  void viewersMuteNobody() {
    Caller viewer = Tenants.person(tenant.admin().organization(), Role.VIEWER);
    assertThatThrownBy(() ->
            world.mutes.create(
                viewer, new Mutes.NewMute(null, null, null, null, null, null, "why")))
        .hasMessageContaining("does not allow");
    assertThat(world.mutes.list(viewer, 10, 0).rows()).isEmpty();
  }

  @Test
  void anErasedDeviceIsNowhereAnyMore() {
    DeviceId one = tenant.device("gone-device");
    DeviceId two = tenant.device("two");
    raise(RuleKind.OFFLINE, one, "gone-device");
    tenant.raise(tenant.alerts(RuleKind.LOW_BATTERY, 12));
    raise(RuleKind.LOW_BATTERY, one, "gone-device");
    raise(RuleKind.LOW_BATTERY, two, "two");
    world.pass(Duration.ofSeconds(17));
    raise(RuleKind.STALE, one, "gone-device");
    mute("gone-device", null, null, null);
    assertThat(rowsThatName("gone-device")).isPositive();

    new DeviceErasure(world.database, world.audit, List.of(world.queue), List.of())
        .erase(tenant.admin(), "gone-device");

    assertThat(rowsThatName("gone-device")).isZero();
    assertThat(rowsThatName(one.toString())).isZero();
    assertThat(rowsThatName("device-0003")).isPositive();
    world.passQuickly(Duration.ofSeconds(10));
    assertThat(told()).hasSize(2);
  }

  private long rowsThatName(String text) {
    return world.database.acrossOrganizations(handle ->
        handle
            .createQuery(
                """
                select (select count(*) from notification.part p where p::text like :text)
                  + (select count(*) from notification.message m where m::text like :text)
                  + (select count(*) from notification.mute u where u::text like :text)
                """)
            .bind("text", "%" + text + "%")
            .mapTo(Long.class)
            .one());
  }

  @Test
  void whatWasToldIsForgottenInTimeButForAlertsThatLast() {
    List<Alert> alerts = tenant.raise(tenant.alerts(RuleKind.OFFLINE, 2));
    mute(null, null, RuleKind.STALE, Duration.ofSeconds(1));
    world.pass(Duration.ofSeconds(6));
    tenant.recover(alerts.subList(0, 1));
    world.pass(Duration.ofSeconds(6));
    assertThat(told()).hasSize(3);
    NotificationRetention retention =
        new NotificationRetention(world.database, world.clock, world.settings);
    retention.run();
    assertThat(rowsThatName("")).isEqualTo(3 + 3 + 1);

    world.clock.advance(Duration.ofDays(31));
    retention.run();

    assertThat(rowsThatName("")).isEqualTo(1);
    tenant.recover(alerts.subList(1, 2));
    world.pass(Duration.ofSeconds(6));
    assertThat(told()).last().isEqualTo("[RECOVERED] offline: The device-0001 (device-0001)");
  }
}
