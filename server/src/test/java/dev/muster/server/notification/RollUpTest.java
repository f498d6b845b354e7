package dev.muster.server.notification;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.protocol.Json;
import dev.muster.server.alert.Alert;
import dev.muster.server.alert.RuleKind;
import dev.muster.server.alert.Severity;
import dev.muster.server.device.DeviceId;
import dev.muster.server.notification.NotificationWorld.Tenant;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What an engineer hears of alerts: how many messages, and when.
@SuppressWarnings("NullAway.Init") // set before each test
class RollUpTest {
  private NotificationWorld world;
  private Tenant tenant;

  @BeforeEach
  void open() {
    world = new NotificationWorld(Map.of());
    tenant = world.tenant();
  }

  @AfterEach
  void close() {
    world.close();
  }

  private List<FakeReceiver.Received> received() {
    return world.receiver.received("/all");
  }

  private List<String> titles() {
    return received().stream().map(message -> message.text("title")).toList();
  }

  private static Json number(long value) {
    return Json.of(value);
  }

  private static int named(FakeReceiver.Received message) {
    return message.json().fields().get("alerts") instanceof Json.Arr list
        ? list.items().size()
        : -1;
  }

  @Test
  void aThousandDevicesThatGoOfflineAreOneMessageAndSoAreTheirRecoveries() {
    tenant.channel(Channel.Kind.WEBHOOK, "/all");
    List<Alert> alerts = tenant.alerts(RuleKind.OFFLINE, 1_000);
    tenant.raise(alerts);
    world.passQuickly(Duration.ofSeconds(30));

    assertThat(titles()).containsExactly("[WARNING] offline: 1000 devices");
    FakeReceiver.Received raised = received().getFirst();
    assertThat(named(raised)).isEqualTo(20);
    assertThat(raised.json().fields().get("more")).isEqualTo(number(980));
    assertThat(raised.text("text"))
        .contains("- The device-0000 (device-0000): since ", "and 980 more.");

    tenant.recover(alerts);
    world.passQuickly(Duration.ofMinutes(2));

    assertThat(titles())
        .containsExactly(
            "[WARNING] offline: 1000 devices", "[RECOVERED] offline: 1000 devices recovered");
    assertThat(received().getLast().text("type")).isEqualTo("recovered");
  }

  @Test
  void aThousandThatGoOneByOneWithinAMinuteAreOneMessage() {
    tenant.channel(Channel.Kind.WEBHOOK, "/all");
    List<Alert> alerts = tenant.alerts(RuleKind.OFFLINE, 1_000);
    for (int second = 0; second < 50; second++) {
      tenant.raise(alerts.subList(second * 20, second * 20 + 20));
      world.pass(Duration.ofSeconds(1));
    }
    assertThat(received()).isEmpty();

    world.passQuickly(Duration.ofMinutes(1));

    assertThat(titles()).containsExactly("[WARNING] offline: 1000 devices");
  }

  @Test
  void fewAreSentSinglyAfterTheGatheringTime() {
    tenant.channel(Channel.Kind.WEBHOOK, "/all");
    tenant.raise(tenant.alerts(RuleKind.OFFLINE, 9));
    world.pass(Duration.ofSeconds(4));
    assertThat(received()).isEmpty();

    world.pass(Duration.ofSeconds(1));

    assertThat(titles())
        .hasSize(9)
        .contains("[WARNING] offline: The device-0003 (device-0003)")
        .doesNotHaveDuplicates();
    assertThat(received().getFirst().text("text"))
        .startsWith("device-0000 is not well.\nsince 2026");
  }

  @Test
  void tenAreOneAndNineAreNot() {
    tenant.channel(Channel.Kind.WEBHOOK, "/all");
    tenant.raise(tenant.alerts(RuleKind.OFFLINE, 10));
    tenant.raise(tenant.alerts(RuleKind.APP_DOWN, 9));
    world.passQuickly(Duration.ofMinutes(1));
    assertThat(received()).hasSize(10);
    assertThat(titles()).contains("[WARNING] offline: 10 devices");
  }

  @Test
  void thoseAfterTheFirstNineOfAWindowAreOne() {
    tenant.channel(Channel.Kind.WEBHOOK, "/all");
    for (Alert alert : tenant.alerts(RuleKind.OFFLINE, 40)) {
      tenant.raise(alert);
      world.pass(Duration.ofSeconds(1));
    }
    world.passQuickly(Duration.ofMinutes(2));

    assertThat(titles().stream().filter(title -> title.contains("device-"))).hasSizeLessThan(10);
    assertThat(told()).isEqualTo(40);
    assertThat(received()).hasSizeLessThanOrEqualTo(10);
  }

  /// How many alerts the messages count, together.
  private long told() {
    return received().stream()
        .flatMap(message ->
            List.of(message.json().fields().get("raised"), message.json().fields().get("recovered"))
                .stream())
        .mapToLong(count -> Long.parseLong(count.canonical()))
        .sum();
  }

  @Test
  void whatRecoversBeforeItIsToldIsNotTold() {
    tenant.channel(Channel.Kind.WEBHOOK, "/all");
    List<Alert> alerts = tenant.raise(tenant.alerts(RuleKind.OFFLINE, 3));
    world.pass(Duration.ofSeconds(2));
    tenant.recover(alerts.subList(0, 2));
    world.passQuickly(Duration.ofMinutes(2));

    assertThat(titles()).containsExactly("[WARNING] offline: The device-0002 (device-0002)");
    tenant.recover(alerts);
    world.passQuickly(Duration.ofMinutes(2));
    assertThat(titles())
        .containsExactly(
            "[WARNING] offline: The device-0002 (device-0002)",
            "[RECOVERED] offline: The device-0002 (device-0002)");
  }

  /// As in the first burst, of which PostgreSQL's statistics know nothing yet.
  @Test
  void whatHasRecoveredIsLookedUpByItsKeyHoweverMuchItIs() {
    tenant.channel(Channel.Kind.WEBHOOK, "/all");
    List<Alert> told = tenant.raise(tenant.alerts(RuleKind.OFFLINE, 500));
    world.passQuickly(Duration.ofSeconds(20));
    assertThat(received()).hasSize(1);
    tenant.recover(told);
    tenant.recover(tenant.raise(tenant.alerts(RuleKind.APP_DOWN, 500)));

    OrganizationId organization = tenant.admin().organization();
    long read =
        world.database.in(
            organization,
            handle -> {
              long before = read(handle);
              PartStore.lapse(handle, organization, world.clock.instant());
              return read(handle) - before;
            });

    assertThat(unheard()).isEqualTo(500);
    assertThat(read).isBetween(1_500L, 15_000L);
  }

  private static long read(Handle handle) {
    return handle
        .createQuery(
            """
            select coalesce(sum(seq_tup_read + idx_tup_fetch), 0)
            from pg_stat_xact_user_tables where schemaname = 'notification'
            """)
        .mapTo(Long.class)
        .one();
  }

  @Test
  void eachChannelIsToldOfWhatItAsksForAndOfTheRecoveriesOfThat() {
    tenant.channel(Channel.Kind.WEBHOOK, "/all");
    tenant.channel(Channel.Kind.SLACK, "/bad", Severity.CRITICAL, Set.of());
    tenant.channel(Channel.Kind.DISCORD, "/battery", Severity.INFO, Set.of(RuleKind.LOW_BATTERY));
    DeviceId device = new DeviceId(Ids.next());
    List<Alert> alerts =
        tenant.raise(
            tenant.alert(RuleKind.OFFLINE, Severity.CRITICAL, device, "one"),
            tenant.alert(RuleKind.LOW_BATTERY, Severity.INFO, device, "one"),
            tenant.alert(RuleKind.STALE, Severity.WARNING, device, "one"));
    world.pass(Duration.ofSeconds(20));
    Channel late = tenant.channel(Channel.Kind.WEBHOOK, "/late");
    tenant.recover(alerts);
    world.pass(Duration.ofSeconds(20));

    assertThat(received()).hasSize(6);
    assertThat(world.receiver.received("/bad"))
        .extracting(message -> message.text("text").lines().findFirst().orElse(""))
        .containsExactly(
            "*[CRITICAL] offline: The one (one)*", "*[RECOVERED] offline: The one (one)*");
    assertThat(world.receiver.received("/battery")).hasSize(2);
    assertThat(world.receiver.received("/late")).as("%s", late).isEmpty();
  }

  @Test
  void whatIsOverTheCapIsToldInOneAndNothingIsLost() {
    tenant.channel(Channel.Kind.WEBHOOK, "/all");
    List<Alert> raised = new ArrayList<>();
    for (int round = 0; round < 10; round++) {
      for (RuleKind kind : RuleKind.values()) {
        raised.addAll(tenant.raise(tenant.alerts(kind, 9)));
      }
      world.pass(Duration.ofSeconds(5));
      tenant.recover(List.copyOf(raised.subList(raised.size() - 81, raised.size())));
      world.pass(Duration.ofSeconds(1));
    }
    assertThat(received()).hasSizeLessThanOrEqualTo(61);
    long recoveredUnheard = unheard();
    world.passQuickly(Duration.ofMinutes(5));

    assertThat(told() + 2 * unheard()).isEqualTo(2L * raised.size());
    assertThat(recoveredUnheard).isLessThanOrEqualTo(unheard());
  }

  /// Alerts that recovered before they were told.
  private long unheard() {
    return world.database.acrossOrganizations(handle ->
        handle
            .createQuery(
                "select count(*) from notification.part where state = 'LAPSED' and event = 'RAISED'")
            .mapTo(Long.class)
            .one());
  }

  @Test
  void aChannelThatNeedsMoreThanAreLeftGetsOneSummary() {
    tenant.channel(Channel.Kind.WEBHOOK, "/all");
    for (RuleKind kind : RuleKind.values()) {
      tenant.raise(tenant.alerts(kind, 9));
    }
    world.pass(Duration.ofSeconds(6));

    assertThat(titles()).containsExactly("[WARNING] Alerts: 81 raised, 0 recovered");
    assertThat(received().getFirst().text("type")).isEqualTo("summary");
    assertThat(named(received().getFirst())).isEqualTo(20);
  }

  @Test
  void organizationsDoNotCountTogether() {
    Tenant other = world.tenant();
    tenant.channel(Channel.Kind.WEBHOOK, "/all");
    other.channel(Channel.Kind.WEBHOOK, "/other");
    tenant.raise(tenant.alerts(RuleKind.OFFLINE, 6));
    other.raise(other.alerts(RuleKind.OFFLINE, 6));
    world.pass(Duration.ofSeconds(6));

    assertThat(received()).hasSize(6);
    assertThat(world.receiver.received("/other")).hasSize(6);
  }

  @Test
  void raisingTheSameTwiceIsToldOnce() {
    tenant.channel(Channel.Kind.WEBHOOK, "/all");
    List<Alert> alerts = tenant.raise(tenant.alerts(RuleKind.OFFLINE, 1));
    tenant.raise(alerts);
    world.pass(Duration.ofSeconds(20));
    tenant.raise(alerts);
    world.pass(Duration.ofSeconds(20));
    assertThat(received()).hasSize(1);
  }

  @Test
  void anAlertOfTheServerItselfHasNoDevice() {
    tenant.channel(Channel.Kind.WEBHOOK, "/all");
    tenant.raise(
        new Alert(
            Ids.next(),
            tenant.admin().organization(),
            null,
            new Alert.Rule(RuleKind.DISK_LOW, Severity.CRITICAL),
            "2 GB are left.",
            world.clock.instant(),
            null));
    world.pass(Duration.ofSeconds(10));
    assertThat(titles()).containsExactly("[CRITICAL] disk low: the server");
  }
}
