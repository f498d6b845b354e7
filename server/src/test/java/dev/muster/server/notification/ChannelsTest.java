package dev.muster.server.notification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.alert.Alert;
import dev.muster.server.alert.RuleKind;
import dev.muster.server.alert.Severity;
import dev.muster.server.notification.FakeReceiver.Answer;
import dev.muster.server.notification.NotificationWorld.Tenant;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Role;
import dev.muster.server.testing.Tenants;
import dev.muster.server.testing.TestSettings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Channels, and which addresses they may have.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // set before each test
class ChannelsTest {
  private static final Channel.Filter ALL = new Channel.Filter(Severity.INFO, Set.of());
  private static final Addresses OPEN = new Addresses(false);

  private final NotificationWorld world = new NotificationWorld(Map.of());
  private Tenant tenant;

  @BeforeEach
  void makeTenant() {
    tenant = world.tenant();
  }

  @AfterAll
  void close() {
    world.close();
  }

  private Channels channels() {
    return world.node.channels();
  }

  private static Channels.NewChannel webhook(String name, String address) {
    return new Channels.NewChannel(Channel.Kind.WEBHOOK, name, address, null, ALL, true);
  }

  private static void refused(ErrorCode code, Runnable run) {
    assertThatThrownBy(run::run)
        .isInstanceOfSatisfying(
            Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(code));
  }

  @Test
  void theAddressAndTheSecretAreSealedAndNotShown() {
    String address = world.receiver.url("/services/T0KEN");
    Channels.Made made = channels().create(tenant.admin(), webhook("ops", address));

    assertThat(made.channel().shown()).isEqualTo(world.receiver.url("/…")).doesNotContain("T0KEN");
    assertThat(made.secret()).hasSize(43);
    String stored =
        world.database.acrossOrganizations(handle ->
            handle
                .createQuery(
                    "select c::text || encode(c.sealed, 'escape') from notification.channel c where id = :id")
                .bind("id", made.channel().id())
                .mapTo(String.class)
                .one());
    assertThat(stored).doesNotContain("T0KEN", made.secret());
    assertThat(made.toString()).doesNotContain(made.secret());
    assertThat(channels().show(tenant.admin(), made.channel().id().toString()))
        .isEqualTo(made.channel());
  }

  @Test
  void aChangeLeavesWhatItDoesNotName() {
    Channel channel = tenant.channel(Channel.Kind.WEBHOOK, "/one");
    String id = channel.id().toString();
    Channel changed =
        channels()
            .change(
                tenant.admin(),
                id,
                new Channels.Patch(
                    null, world.receiver.url("/two"), null, null, Set.of(RuleKind.STALE), null));
    assertThat(changed.name()).isEqualTo(channel.name());
    assertThat(changed.filter())
        .isEqualTo(new Channel.Filter(Severity.INFO, Set.of(RuleKind.STALE)));

    assertThat(channels().test(tenant.admin(), id).isDelivered()).isTrue();
    FakeReceiver.Received test = world.receiver.received("/two").getFirst();
    assertThat(test.header("X-Muster-Signature"))
        .isEqualTo(
            "v1="
                + Senders.signature(
                    "secret-of-sixteen", test.header("X-Muster-Timestamp"), test.body()));
    assertThat(test.text("type")).isEqualTo("test");
  }

  @Test
  void aTestSaysWhatTheServiceSaid() {
    Channel channel = tenant.channel(Channel.Kind.SLACK, "/slack");
    world.receiver.answer(Answer.of(403), Answer.of(503));
    String id = channel.id().toString();
    assertThat(channels().test(tenant.admin(), id))
        .isEqualTo(new Senders.Outcome.Refused("HTTP 403"));
    assertThat(channels().test(tenant.admin(), id))
        .isEqualTo(new Senders.Outcome.Again(null, "HTTP 503"));
    assertThat(channels().test(tenant.admin(), id))
        .isEqualTo(new Senders.Outcome.Delivered("HTTP 204"));
  }

  @Test
  void aNameIsTakenOnce() {
    Channel one = tenant.channel(Channel.Kind.SLACK, "/one");
    Channel two = tenant.channel(Channel.Kind.SLACK, "/two");
    refused(
        ErrorCode.ALREADY_EXISTS,
        () -> channels().create(tenant.admin(), webhook(one.name(), "https://192.0.2.1/x")));
    refused(
        ErrorCode.ALREADY_EXISTS,
        () ->
            channels()
                .change(
                    tenant.admin(),
                    two.id().toString(),
                    new Channels.Patch(one.name(), null, null, null, null, null)));
    assertThat(channels().list(tenant.admin(), 10, 0).rows()).hasSize(2);
  }

  @Test
  void adminsAloneSeeAndChangeChannels() {
    Channel channel = tenant.channel(Channel.Kind.SLACK, "/one");
    Caller operator = Tenants.person(tenant.admin().organization(), Role.OPERATOR);
    Caller foreigner = world.tenant().admin();
    String id = channel.id().toString();
    refused(ErrorCode.FORBIDDEN, () -> channels().list(operator, 10, 0));
    refused(ErrorCode.FORBIDDEN, () -> channels().test(operator, id));
    refused(ErrorCode.NOT_FOUND, () -> channels().test(foreigner, id));
    refused(ErrorCode.NOT_FOUND, () -> channels().delete(foreigner, id));
    refused(ErrorCode.NOT_FOUND, () -> channels().show(tenant.admin(), "no-id"));
    assertThat(channels().list(foreigner, 10, 0).rows()).isEmpty();
  }

  @Test
  void whatWaitsForADeletedChannelGoesWithItAndADisabledOneIsNotTold() {
    Channel deleted = tenant.channel(Channel.Kind.SLACK, "/deleted");
    Channel disabled = tenant.channel(Channel.Kind.SLACK, "/disabled");
    List<Alert> alerts = tenant.raise(tenant.alerts(RuleKind.OFFLINE, 2));
    channels().delete(tenant.admin(), deleted.id().toString());
    channels()
        .change(
            tenant.admin(),
            disabled.id().toString(),
            new Channels.Patch(null, null, null, null, null, false));
    world.pass(Duration.ofSeconds(8));
    tenant.recover(alerts);
    world.pass(Duration.ofSeconds(8));

    assertThat(world.receiver.received("/deleted")).isEmpty();
    assertThat(world.receiver.received("/disabled")).isEmpty();
    assertThat(channels().list(tenant.admin(), 10, 0).rows()).hasSize(1);
  }

  @Test
  void mailNeedsAMailServer() {
    assertThatThrownBy(() ->
            channels()
                .create(
                    tenant.admin(),
                    new Channels.NewChannel(
                        Channel.Kind.EMAIL, "mail", "ops@example.org", null, ALL, true)))
        .hasMessageContaining("EMAIL needs a mail server: set muster.smtp.host");
  }

  @Test
  void aSecretIsForWebhooksAndLongEnough() {
    Channels.NewChannel slack =
        new Channels.NewChannel(
            Channel.Kind.SLACK, "s", "https://192.0.2.1/x", "secret-of-sixteen", ALL, true);
    refused(ErrorCode.INVALID_FIELDS, () -> channels().create(tenant.admin(), slack));
    Channels.NewChannel weak =
        new Channels.NewChannel(
            Channel.Kind.WEBHOOK, "w", "https://192.0.2.1/x", "short", ALL, true);
    refused(ErrorCode.INVALID_FIELDS, () -> channels().create(tenant.admin(), weak));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "https://",
        "https:///path",
        "ftp://192.0.2.1/",
        "file:///etc/passwd",
        "http://192.0.2.1/",
        "http://127.0.0.1/",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[fd00::1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://10.1.2.3/",
        "https://172.16.0.1/",
        "https://192.168.1.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://2130706433/",
        "https://user:password@192.0.2.1/",
        "https://192.0.2.1/#part",
        "https://192.0.2.1:70000/"
      })
  void addressesThatReachInsideAreRefused(String address) {
    assertThat(OPEN.problem(Channel.Kind.WEBHOOK, address)).isNotNull();
  }

  @Test
  void addressesOfTheInternetAreTakenAndPrivateOnesWhereTheyAreAllowed() {
    assertThat(OPEN.problem(Channel.Kind.WEBHOOK, "https://192.0.2.1/hook?x=1")).isNull();
    assertThat(OPEN.problem(Channel.Kind.WEBHOOK, "HTTPS://192.0.2.1:8443/hook")).isNull();
    Addresses inside = new Addresses(true);
    assertThat(inside.problem(Channel.Kind.WEBHOOK, "http://127.0.0.1:9/hook")).isNull();
    assertThat(inside.problem(Channel.Kind.WEBHOOK, "https://10.0.0.1/hook")).isNull();
    assertThat(inside.problem(Channel.Kind.WEBHOOK, "http://192.0.2.1/hook")).isNotNull();
  }

  @Test
  void whatWasAllowedWhenItWasSavedIsLookedAtAgainBeforeEachMessage() {
    tenant.channel(Channel.Kind.WEBHOOK, "/inside");
    Senders strict =
        new Senders(world.clock, TestSettings.of(Map.of()), null, Duration.ofSeconds(1));
    Channel channel = channels().list(tenant.admin(), 1, 0).rows().getFirst();
    Senders.Outcome outcome =
        strict.send(
            channel,
            new Channel.Target(world.receiver.url("/inside"), null),
            new Message.Delivery(channel.id(), world.clock.instant(), Message.test("x")));
    assertThat(outcome)
        .isEqualTo(new Senders.Outcome.Refused("the address must begin with https://"));
    assertThat(world.receiver.received("/inside")).isEmpty();
  }

  @Test
  void privateAddressesAreKnown() throws UnknownHostException {
    for (String inside :
        List.of("198.18.0.1", "240.0.0.1", "255.255.255.255", "224.0.0.1", "fe80::1")) {
      assertThat(Addresses.isPrivate(InetAddress.getByName(inside))).as(inside).isTrue();
    }
    for (String outside : List.of("8.8.8.8", "100.128.0.1", "172.32.0.1", "2606:4700::1111")) {
      assertThat(Addresses.isPrivate(InetAddress.getByName(outside))).as(outside).isFalse();
    }
  }

  @Test
  void severalReceiversOfMailAreTaken() {
    assertThat(OPEN.problem(Channel.Kind.EMAIL, "a@example.org, b.c+d@example.org")).isNull();
    assertThat(Addresses.shown(Channel.Kind.EMAIL, "a@example.org,b@example.org"))
        .isEqualTo("a@example.org, b@example.org");
    for (String wrong :
        List.of(
            "", "a", "a@", "a@b@c", "a@example.org,", "a@example.org\r\nBcc: x@y", "A <a@b.c>")) {
      assertThat(OPEN.problem(Channel.Kind.EMAIL, wrong)).as(wrong).isNotNull();
    }
  }
}
