package dev.muster.server.notification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.protocol.Json;
import dev.muster.server.alert.Alert;
import dev.muster.server.alert.RuleKind;
import dev.muster.server.device.DeviceId;
import dev.muster.server.notification.FakeReceiver.Answer;
import dev.muster.server.notification.NotificationWorld.Node;
import dev.muster.server.notification.NotificationWorld.Tenant;
import dev.muster.server.testing.Race;
import dev.muster.server.testing.RecordedLog;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Messages on their way: to real HTTP servers, to such that fail, and by several nodes.
@SuppressWarnings("NullAway.Init") // set before each test
class DeliveryTest {
  private NotificationWorld world;
  private Tenant tenant;

  @BeforeEach
  void open() {
    world = new NotificationWorld(Map.of("muster.notification.attempts", "4"));
    tenant = world.tenant();
  }

  @AfterEach
  void close() {
    world.close();
  }

  private Alert one(String handle) {
    return tenant.raise(tenant.alert(RuleKind.OFFLINE, handle)).getFirst();
  }

  private List<FakeReceiver.Received> received() {
    return world.receiver.received();
  }

  private List<MessageStore.Dead> dead() {
    return world.node.deliveries().dead(tenant.admin(), 10, 0).rows();
  }

  @Test
  void aWebhookIsSignedOverTheTimeAndTheBody() {
    tenant.channel(Channel.Kind.WEBHOOK, "/hook");
    one("lobby");
    world.pass(Duration.ofSeconds(5));

    FakeReceiver.Received message = received().getFirst();
    String timestamp = Long.toString(world.clock.instant().getEpochSecond());
    assertThat(message.header("X-Muster-Timestamp")).isEqualTo(timestamp);
    assertThat(message.header("X-Muster-Signature"))
        .isEqualTo("v1=" + Senders.signature("secret-of-sixteen", timestamp, message.body()));
    assertThat(message.header("X-Muster-Delivery")).isEqualTo(message.text("id"));
    assertThat(message.header("Content-Type")).startsWith("application/json");
    assertThat(message.text("type")).isEqualTo("raised");
    assertThat(message.text("kind")).isEqualTo("OFFLINE");
    assertThat(message.json().fields().get("alerts"))
        .isInstanceOfSatisfying(
            Json.Arr.class,
            alerts ->
                assertThat(((Json.Obj) alerts.items().getFirst()).fields())
                    .containsEntry("device_id", Json.of("lobby")));
  }

  /// The vector of docs/notifications.md.
  @Test
  void theSignatureIsTheOneOfTheDocuments() {
    assertThat(Senders.signature("test-secret", "1700000000", "{\"id\":\"1\"}"))
        .isEqualTo("9fe0764af9e888d6648e4fb2ad331add3f30860b2a000745d00c316d5399e953");
  }

  @Test
  void discordAndSlackGetTheirOwnFormsInWhichANameRingsNobody() {
    tenant.channel(Channel.Kind.DISCORD, "/discord");
    tenant.channel(Channel.Kind.SLACK, "/slack");
    one("<!channel> @everyone");
    world.pass(Duration.ofSeconds(5));

    FakeReceiver.Received discord = world.receiver.received("/discord").getFirst();
    assertThat(discord.text("content")).startsWith("[WARNING] offline: The <!channel> @everyone");
    assertThat(discord.json().fields().get("allowed_mentions"))
        .isEqualTo(Json.obj(Map.of("parse", new Json.Arr(List.of()))));
    FakeReceiver.Received slack = world.receiver.received("/slack").getFirst();
    assertThat(slack.text("text")).startsWith("*[WARNING] offline: The &lt;!channel&gt; @everyone");
    assertThat(slack.header("X-Muster-Signature")).isEmpty();
  }

  @Test
  void discordIsSentNoMoreThanItTakes() {
    tenant.channel(Channel.Kind.DISCORD, "/discord");
    tenant.raise(
        tenant.alerts(RuleKind.OFFLINE, 30).stream()
            .map(alert ->
                new Alert(
                    alert.id(),
                    alert.organization(),
                    new Alert.Subject(new DeviceId(alert.id()), "x".repeat(64), "ü".repeat(200)),
                    alert.rule(),
                    alert.summary(),
                    alert.raisedAt(),
                    null))
            .toList());
    world.pass(Duration.ofSeconds(16));
    assertThat(received().getFirst().text("content")).hasSizeLessThanOrEqualTo(2_000);
  }

  @Test
  void aServiceThatCannotIsAskedAgainLaterAndTheMessageKeepsItsId() {
    tenant.channel(Channel.Kind.WEBHOOK, "/hook");
    world.receiver.answer(Answer.of(500), Answer.of(503));
    one("lobby");
    world.pass(Duration.ofSeconds(5));
    assertThat(received()).hasSize(1);
    world.pass(Duration.ofSeconds(5));
    assertThat(received()).hasSize(2);
    world.pass(Duration.ofSeconds(9));
    assertThat(received()).hasSize(2);
    world.passQuickly(Duration.ofMinutes(5));

    assertThat(received()).hasSize(3);
    assertThat(received().stream().map(message -> message.header("X-Muster-Delivery")).distinct())
        .hasSize(1);
    assertThat(received().stream().map(FakeReceiver.Received::body).distinct()).hasSize(1);
    assertThat(count("webhook", "retried")).isEqualTo(2);
    assertThat(count("webhook", "delivered")).isEqualTo(1);
  }

  private double count(String channel, String outcome) {
    return world.metrics.counter(Deliveries.METRIC, "channel", channel, "outcome", outcome).count();
  }

  @Test
  void aServiceThatIsAskedTooOftenSaysWhenToComeAgain() {
    tenant.channel(Channel.Kind.SLACK, "/slack");
    world.receiver.answer(new Answer(429, Map.of("Retry-After", "90")));
    one("lobby");
    world.pass(Duration.ofSeconds(94));
    assertThat(received()).hasSize(1);
    world.pass(Duration.ofSeconds(1));
    assertThat(received()).hasSize(2);
  }

  @Test
  void aServiceThatDoesNotAnswerIsGivenUpAndAskedAgain() {
    tenant.channel(Channel.Kind.WEBHOOK, "/hook");
    world.receiver.fallSilent();
    one("lobby");
    world.pass(Duration.ofSeconds(10));
    assertThat(received()).hasSize(2);
    assertThat(dead()).isEmpty();
  }

  @Test
  void whatTheServiceRefusesIsDeadAtOnceAndCanBeTriedAgain() {
    tenant.channel(Channel.Kind.WEBHOOK, "/hook");
    for (int status : List.of(404, 302)) {
      world.receiver.answer(new Answer(status, Map.of("Location", world.receiver.url("/other"))));
    }
    one("lobby");
    one("hall");
    world.passQuickly(Duration.ofMinutes(1));

    assertThat(received()).hasSize(2).noneMatch(message -> message.path().equals("/other"));
    assertThat(dead())
        .extracting(MessageStore.Dead::error)
        .containsExactly("HTTP 302, and redirects are not followed", "HTTP 404");
    assertThat(world.metrics.get(Deliveries.METRIC + ".dead").gauge().value()).isEqualTo(2);

    world.node.deliveries().retry(tenant.admin(), dead().getLast().id().toString());
    world.pass(Duration.ofSeconds(1));
    assertThat(received()).hasSize(3);
    assertThat(received().get(2).body()).isEqualTo(received().get(0).body());
    assertThat(dead()).hasSize(1);
  }

  @Test
  void whatFailsTooOftenIsDeadAndItsRecoveryIsNotToldUnlessItIsTriedAgain() {
    tenant.channel(Channel.Kind.WEBHOOK, "/hook");
    world.receiver.answerAlways(Answer.of(500));
    Alert alert = one("lobby");
    world.passQuickly(Duration.ofMinutes(2));
    assertThat(received()).hasSize(4);
    assertThat(dead()).extracting(MessageStore.Dead::attempts).containsExactly(4);

    world.receiver.answerAlways(Answer.of(200));
    tenant.recover(List.of(alert));
    world.passQuickly(Duration.ofMinutes(1));
    assertThat(received()).hasSize(4);

    world.node.deliveries().retry(tenant.admin(), dead().getFirst().id().toString());
    world.passQuickly(Duration.ofMinutes(1));
    assertThat(received().subList(4, 6))
        .extracting(message -> message.text("type"))
        .containsExactly("raised", "recovered");
  }

  @Test
  void aRecoveryIsNeverHeardBeforeWhatRecovered() {
    tenant.channel(Channel.Kind.WEBHOOK, "/hook");
    tenant.channel(Channel.Kind.SLACK, "/other");
    world.receiver.answer(Answer.of(500), Answer.of(500), Answer.of(500), Answer.of(500));
    Alert alert = one("lobby");
    world.pass(Duration.ofSeconds(5));
    tenant.recover(List.of(alert));
    world.passQuickly(Duration.ofMinutes(1));

    assertThat(world.receiver.received("/hook").stream().map(message -> message.text("type")))
        .containsSubsequence("raised", "recovered")
        .endsWith("recovered");
    assertThat(world.receiver.received("/hook").getLast().text("type")).isEqualTo("recovered");
  }

  @Test
  void aServiceThatIsSlowHoldsUpNoOtherChannel() {
    try (FakeReceiver slow = new FakeReceiver()) {
      Tenant other = world.tenant();
      other.channel(Channel.Kind.WEBHOOK, slow.url("/slow"));
      other.raise(other.alert(RuleKind.OFFLINE, "till"));
      tenant.channel(Channel.Kind.WEBHOOK, "/hook");
      tenant.raise(tenant.alerts(RuleKind.OFFLINE, 5));
      CountDownLatch five = new CountDownLatch(5);
      world.receiver.onEach(five::countDown);
      slow.answerAfter(five);
      Node patient = world.newNode(Duration.ofSeconds(30));
      world.clock.advance(Duration.ofSeconds(5));
      patient.run();

      assertThat(received()).hasSize(5);
      assertThat(slow.received()).hasSize(1);
      assertThat(count("webhook", "delivered")).isEqualTo(6);
    }
  }

  @Test
  void twoNodesDeliverOnce() {
    for (Channel.Kind kind :
        List.of(Channel.Kind.WEBHOOK, Channel.Kind.SLACK, Channel.Kind.DISCORD)) {
      tenant.channel(kind, "/" + kind);
    }
    List<Node> nodes = List.of(world.node, world.newNode());
    tenant.raise(tenant.alerts(RuleKind.OFFLINE, 8));
    tenant.raise(tenant.alerts(RuleKind.LOW_BATTERY, 500));
    for (int second = 0; second < 20; second++) {
      world.clock.advance(Duration.ofSeconds(1));
      Race.times(
          2,
          number -> {
            nodes.get(number).run();
            return number;
          });
    }
    assertThat(received()).hasSize(27);
    assertThat(received().stream().map(message -> message.header("X-Muster-Delivery")))
        .doesNotHaveDuplicates();
  }

  @Test
  void aMessageThatWasTakenByANodeThatDiedIsSentWhenItsLeaseRunsOut() {
    tenant.channel(Channel.Kind.WEBHOOK, "/hook");
    one("lobby");
    world.clock.advance(Duration.ofSeconds(5));
    world.node.composer().run();
    assertThat(world.newNode().deliveries().take(64)).hasSize(1); // and dies

    world.pass(Deliveries.LEASE.minusSeconds(1));
    assertThat(received()).isEmpty();
    world.pass(Duration.ofSeconds(1));
    assertThat(received()).hasSize(1);
    world.pass(Deliveries.LEASE);
    assertThat(received()).hasSize(1);
  }

  @Test
  void noLineOfTheLogAndNoErrorHasTheAddressOrTheSecret() {
    RecordedLog log = RecordedLog.open();
    try {
      tenant.channel(Channel.Kind.WEBHOOK, "/token-in-the-path");
      world.receiver.answer(Answer.of(400));
      one("lobby");
      world.pass(Duration.ofSeconds(5));
      world.receiver.close();
      one("hall");
      world.passQuickly(Duration.ofMinutes(5));

      assertThat(dead()).hasSize(2);
      assertThat(log.text())
          .contains("is dead after 1 attempts: HTTP 400")
          .doesNotContain("token-in-the-path", "secret-of-sixteen");
      assertThat(dead().toString()).doesNotContain("token-in-the", "secret-of", "127.0.0.1");
    } finally {
      log.close();
    }
  }

  @Test
  void anotherOrganizationNeitherSeesNorRetriesADeadMessage() {
    tenant.channel(Channel.Kind.WEBHOOK, "/hook");
    world.receiver.answer(Answer.of(400));
    one("lobby");
    world.pass(Duration.ofSeconds(5));
    Tenant other = world.tenant();

    assertThat(world.node.deliveries().dead(other.admin(), 10, 0).rows()).isEmpty();
    assertThatThrownBy(
            () -> world.node.deliveries().retry(other.admin(), dead().getFirst().id().toString()))
        .hasMessageContaining("no such");
  }
}
