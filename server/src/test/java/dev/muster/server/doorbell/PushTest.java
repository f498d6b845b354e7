package dev.muster.server.doorbell;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.testing.Api;
import dev.muster.server.testing.FakeFcm;
import dev.muster.server.testing.FakeFcm.Answer;
import dev.muster.server.testing.Race;
import dev.muster.server.testing.RecordedLog;
import dev.muster.server.testing.TestSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // set before each test
class PushTest {
  private static final Map<String, String> PING = Map.of("action", "ping", "request_id", "r-1");

  private final DoorbellRoom room = new DoorbellRoom();
  private @TempDir Path folder;
  private FakeFcm fcm;
  private Push push;

  @BeforeEach
  void start() {
    fcm = FakeFcm.start(folder);
    push = room.push(fcm.settings());
  }

  @AfterEach
  void stop() {
    fcm.close();
  }

  @AfterAll
  void close() {
    room.close();
  }

  @Test
  void aMessageIsDataAloneInTheFormOfTheContract() {
    PushOutcome outcome = push.send(room.reached("t-form"), PING, null);

    assertThat(outcome).isInstanceOf(PushOutcome.Sent.class);
    FakeFcm.Message message = fcm.messages().getFirst();
    assertThat(message.path()).isEqualTo("/v1/projects/fleet-1234/messages:send");
    assertThat(message.authorization()).isEqualTo("Bearer ya29.access-1");
    assertThat(message.body())
        .isEqualTo(
            Api.tree(
                Map.of(
                    "message",
                    Map.of(
                        "token",
                        "t-form",
                        "data",
                        PING,
                        "android",
                        Map.of("priority", "high", "ttl", "300s")))));
  }

  @Test
  void aMessageThatReplacesOthersSaysSo() {
    var _ = push.send(room.reached("t-collapse"), PING, "policy_changed");

    assertThat(fcm.messages().getFirst().body().at("/message/android/collapse_key").asText())
        .isEqualTo("policy_changed");
  }

  @Test
  void manyMessagesAtOnceTakeOneAccessToken() {
    PushToken device = room.reached("t-many");

    List<PushOutcome> outcomes = Race.times(20, _ -> push.send(device, PING, null));

    assertThat(outcomes).hasOnlyElementsOfType(PushOutcome.Sent.class);
    assertThat(fcm.exchanges()).isEqualTo(1);
  }

  @Test
  void anAccessTokenThatEndedBeforeItsTimeIsReplaced() {
    fcm.answer(Answer.error(401, "UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR"));

    assertThat(push.send(room.reached("t-401"), PING, null)).isInstanceOf(PushOutcome.Sent.class);
    assertThat(fcm.messages())
        .extracting(FakeFcm.Message::authorization)
        .containsExactly("Bearer ya29.access-1", "Bearer ya29.access-2");
  }

  @Test
  void aTokenThatTheServiceDoesNotKnowIsRemoved() {
    PushToken gone = room.reached("t-gone");
    fcm.answer(Answer.error(404, "NOT_FOUND", "UNREGISTERED"));

    assertThat(push.send(gone, PING, null))
        .isInstanceOfSatisfying(
            PushOutcome.Invalid.class,
            invalid -> assertThat(invalid.error()).isEqualTo("HTTP 404 UNREGISTERED"));
    assertThat(room.token(gone.device())).isEmpty();
  }

  @Test
  void aTokenThatIsNoneIsRemoved() {
    PushToken none = room.reached("not a token");
    fcm.answer(
        new Answer(
            400,
            """
            {"error": {"code": 400, "status": "INVALID_ARGUMENT", "message": "no", "details": [
              {"fieldViolations": [{"field": "message.token", "description": "Invalid registration"}]}]}}
            """,
            Map.of()));

    assertThat(push.send(none, PING, null)).isInstanceOf(PushOutcome.Invalid.class);
    assertThat(room.token(none.device())).isEmpty();
  }

  @Test
  void aTokenThatCameMeanwhileStays() {
    PushToken old = room.reached("t-old");
    fcm.onMessage(() -> room.put(room.read(old.device()), "t-new"));
    fcm.answer(Answer.error(404, "NOT_FOUND", "UNREGISTERED"));

    assertThat(push.send(old, PING, null)).isInstanceOf(PushOutcome.Invalid.class);
    assertThat(room.token(old.device())).hasValue("t-new");
  }

  @Test
  void whatDoesNotSayThatTheTokenIsWrongRemovesNone() {
    PushToken device = room.reached("t-stays");
    fcm.answer(
        new Answer(404, "<html>no such page</html>", Map.of()),
        Answer.error(404, "NOT_FOUND", "SOMETHING_ELSE"),
        Answer.error(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT"),
        Answer.error(403, "PERMISSION_DENIED", "SENDER_ID_MISMATCH"),
        new Answer(302, "", Map.of("Location", "http://127.0.0.1:1/")));

    for (int status : List.of(404, 404, 400, 403, 302)) {
      assertThat(push.send(device, PING, null))
          .isInstanceOfSatisfying(
              PushOutcome.Refused.class,
              refused -> assertThat(refused.httpCode()).isEqualTo(OptionalInt.of(status)));
    }
    assertThat(room.token(device.device())).hasValue("t-stays");
  }

  @Test
  void whoeverIsAskedToWaitKnowsForHowLong() {
    PushToken device = room.reached("t-429");
    Answer busy = Answer.error(429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED");
    fcm.answer(
        busy.withHeader("Retry-After", "17"),
        busy.withHeader("Retry-After", "Thu, 15 Jan 2026 10:01:00 GMT"),
        busy.withHeader("Retry-After", "Thu, 15 Jan 2026 09:00:00 GMT"),
        busy.withHeader("Retry-After", "999999999"),
        busy.withHeader("Retry-After", "soon"),
        Answer.error(503, "UNAVAILABLE", "UNAVAILABLE"),
        new Answer(500, "", Map.of()));

    assertThat(after(device)).isEqualTo(Duration.ofSeconds(17));
    assertThat(after(device)).isEqualTo(Duration.ofSeconds(60));
    assertThat(after(device)).isEqualTo(Duration.ZERO);
    assertThat(after(device)).isEqualTo(Duration.ofHours(1));
    assertThat(retry(device).after()).isNull();
    assertThat(retry(device).error()).isEqualTo("HTTP 503 UNAVAILABLE");
    assertThat(retry(device).httpCode()).isEqualTo(OptionalInt.of(500));
  }

  private Duration after(PushToken device) {
    Duration after = retry(device).after();
    return after == null ? Duration.ofDays(-1) : after;
  }

  private PushOutcome.Retry retry(PushToken device) {
    return (PushOutcome.Retry) push.send(device, PING, null);
  }

  @Test
  void aServiceThatDoesNotAnswerIsNotWaitedForLong() {
    Push impatient = room.push(fcm.settings(), Duration.ofMillis(200));
    fcm.fallSilent();

    assertThat(impatient.send(room.reached("t-slow"), PING, null))
        .isInstanceOfSatisfying(
            PushOutcome.Retry.class,
            retry -> {
              assertThat(retry.httpCode()).isEmpty();
              assertThat(retry.error()).startsWith("no answer within");
            });
  }

  @Test
  void aServiceThatIsNotThereIsTriedAgain() {
    PushToken device = room.reached("t-away");
    assertThat(push.send(device, PING, null)).isInstanceOf(PushOutcome.Sent.class);
    fcm.close();

    assertThat(retry(device).error()).startsWith("no answer: ");
  }

  @Test
  void aServiceAccountThatGoogleRefusesIsTroubleWithSettings() {
    fcm.exchangeWith(400);

    assertThat(push.send(room.reached("t-grant"), PING, null))
        .isInstanceOf(PushOutcome.Refused.class);
    assertThat(fcm.messages()).isEmpty();
  }

  @Test
  void aTokenEndpointThatFailsIsTriedAgain() {
    PushToken device = room.reached("t-endpoint");
    fcm.exchangeWith(503);
    assertThat(retry(device).error()).isEqualTo("Google gave no access token");

    fcm.exchangeWith(200);
    assertThat(push.send(device, PING, null)).isInstanceOf(PushOutcome.Sent.class);
  }

  @Test
  void withoutSettingsNothingIsSent() {
    Push off = room.push(Map.of());

    assertThat(off.isOn()).isFalse();
    assertThat(off.send(room.reached("t-off"), PING, null)).isEqualTo(new PushOutcome.Off());
  }

  @Test
  void whatIsLoggedAndPrintedNamesNoTokenAndNoMessage() {
    RecordedLog log = RecordedLog.open();
    try {
      PushToken device = room.reached("t-secret-token");
      fcm.answer(
          Answer.error(403, "PERMISSION_DENIED", "SENDER_ID_MISMATCH"),
          new Answer(
              400,
              "{\"error\": {\"status\": \"t-secret-token\", \"message\": \"t-secret-token\"}}",
              Map.of()),
          Answer.error(404, "NOT_FOUND", "UNREGISTERED"));
      for (int i = 0; i < 3; i++) {
        assertThat(push.send(device, Map.of("hmac", "h-secret"), null).toString())
            .doesNotContain("secret");
      }
      assertThat(device.toString()).doesNotContain("secret");
      assertThat(log.text())
          .contains("SENDER_ID_MISMATCH", "UNREGISTERED")
          .doesNotContain("t-secret", "h-secret", "ya29.");
    } finally {
      log.close();
    }
  }

  @Test
  void halfOfTheSettingsAreAMistake() throws IOException {
    Path other = Files.writeString(folder.resolve("other.json"), "{\"type\": \"authorized_user\"}");
    String key = fcm.credentials().toString();

    assertThat(mistakes(fcm.settings())).isEmpty();
    assertThat(mistakes(Map.of("muster.fcm.project", "p")))
        .singleElement()
        .asString()
        .startsWith("muster.fcm.project needs muster.fcm.credentials as well");
    assertThat(mistakes(Map.of("muster.fcm.credentials", key)))
        .singleElement()
        .asString()
        .startsWith("muster.fcm.credentials needs muster.fcm.project as well");
    assertThat(mistakes(Map.of("muster.fcm.project", "a/b", "muster.fcm.credentials", key)))
        .singleElement()
        .asString()
        .contains("must be the id of a Firebase project", "\"a/b\"");
    assertThat(
            mistakes(
                Map.of(
                    "muster.fcm.project",
                    "p",
                    "muster.fcm.credentials",
                    folder.resolve("nowhere.json").toString())))
        .singleElement()
        .asString()
        .endsWith("nowhere.json cannot be read");
    assertThat(
            mistakes(
                Map.of(
                    "muster.fcm.project", "p",
                    "muster.fcm.credentials", other.toString(),
                    "muster.fcm.address", "ftp://fcm")))
        .satisfiesExactlyInAnyOrder(
            line -> assertThat(line).endsWith("is not the JSON key of a service account"),
            line -> assertThat(line).startsWith("muster.fcm.address must begin with https://"));
  }

  private static List<String> mistakes(Map<String, String> settings) {
    return Push.mistakes(TestSettings.of(settings).fcm());
  }
}
