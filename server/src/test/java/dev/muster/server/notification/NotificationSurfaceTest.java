package dev.muster.server.notification;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.testing.Api;
import dev.muster.server.testing.ServerUnderTest;
import dev.muster.server.testing.SmtpSink;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Channels, mutes and mail, over HTTP and SMTP.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@SuppressWarnings("NullAway.Init") // set before each test
class NotificationSurfaceTest {
  private static final String CHANNELS = "/api/notifications/channels/";
  private static final String MUTES = "/api/notifications/mutes/";

  private Api admin;

  @BeforeEach
  void logIn() {
    admin = Api.ofNewOrganization();
  }

  private static Map<String, Object> channel(String kind, String address) {
    return Map.of("kind", kind, "name", "n", "address", address);
  }

  @Test
  void aWebhookIsMadeTestedChangedAndDeleted() {
    try (FakeReceiver receiver = new FakeReceiver()) {
      Api.Answer made =
          admin.post(CHANNELS, channel("webhook", receiver.url("/t0ken"))).expect(201);
      assertThat(made.at("kind")).isEqualTo("WEBHOOK");
      assertThat(made.at("address")).isEqualTo(receiver.url("/…"));
      assertThat(made.at("minimum_severity")).isEqualTo("INFO");
      assertThat(made.at("secret")).hasSize(43);
      assertThat(made.headers().firstValue("Cache-Control")).hasValue("no-store");
      String path = CHANNELS + made.at("id") + "/";

      Api.Answer tested = admin.post(path + "test/").expect(200);
      assertThat(tested.at("delivered")).isEqualTo("true");
      assertThat(tested.at("detail")).isEqualTo("HTTP 204");
      assertThat(receiver.received("/t0ken")).hasSize(1);

      Api.Answer changed =
          admin
              .patch(
                  path,
                  Map.of(
                      "kinds",
                      List.of("offline"),
                      "minimum_severity",
                      "critical",
                      "enabled",
                      false))
              .expect(200);
      assertThat(changed.node("kinds").toString()).isEqualTo("[\"OFFLINE\"]");
      assertThat(admin.get(path).expect(200).text()).isEqualTo(changed.text());
      assertThat(admin.get(CHANNELS).expect(200).text())
          .contains("\"count\":1")
          .doesNotContain("secret", "t0ken");
      admin.delete(path).expect(204);
      admin.get(path).expect(404);
    }
  }

  @Test
  void whatIsWrongWithAChannelIsSaidByItsField() {
    Map<String, String> wrong =
        Map.of(
            "kind", "PIGEON",
            "address", "http://192.0.2.1/",
            "minimum_severity", "AWFUL",
            "secret", "short",
            "name", " ");
    wrong.forEach((field, value) -> {
      Map<String, Object> body = new HashMap<>(channel("WEBHOOK", "https://192.0.2.1/x"));
      body.put(field, value);
      Api.Answer refused = admin.post(CHANNELS, body).expect(422);
      assertThat(refused.at("errors.0.field")).isEqualTo(field);
      assertThat(refused.text()).doesNotContain("192.0.2.1", "PIGEON", "AWFUL");
    });
    Map<String, Object> body = new HashMap<>(channel("WEBHOOK", "https://192.0.2.1/x"));
    body.put("kinds", List.of("OFFLINE", "ODD"));
    assertThat(admin.post(CHANNELS, body).expect(422).at("errors.0.field")).isEqualTo("kinds[1]");
  }

  @Test
  void mailReachesAMailServer() {
    String receiver = "ops-" + Api.uniqueEmail();
    Api.Answer made = admin.post(CHANNELS, channel("EMAIL", receiver + ", b@example.org"));
    assertThat(made.expect(201).at("address")).isEqualTo(receiver + ", b@example.org");

    assertThat(admin.post(CHANNELS + made.at("id") + "/test/").expect(200).at("delivered"))
        .isEqualTo("true");

    String mail =
        SmtpSink.mails().stream().filter(one -> one.contains(receiver)).findFirst().orElseThrow();
    assertThat(mail)
        .contains("b@example.org", "From: muster@example.org", "Test of Muster's notifications")
        .contains("Auto-Submitted: auto-generated", "@muster>", "Nothing is wrong.");
  }

  @Test
  void aMailServerThatRefusesSaysSo() {
    for (Map.Entry<String, String> one :
        Map.of(
                "nobody@example.org",
                "the mail server said 550",
                "busy@example.org",
                "the mail server said 451")
            .entrySet()) {
      Map<String, Object> body = new HashMap<>(channel("EMAIL", one.getKey()));
      body.put("name", one.getKey());
      String id = admin.post(CHANNELS, body).expect(201).at("id");
      Api.Answer tested = admin.post(CHANNELS + id + "/test/").expect(200);
      assertThat(tested.at("delivered")).isEqualTo("false");
      assertThat(tested.at("detail")).isEqualTo(one.getValue());
    }
  }

  @Test
  void aMuteIsMadeListedAndDeleted() {
    admin.post("/api/devices/", Map.of("name", "x", "device_id", "till-1")).expect(201);
    Api.Answer made =
        admin
            .post(
                MUTES,
                Map.of(
                    "device", "till-1",
                    "kind", "offline",
                    "until", "2100-01-01T00:00:00Z",
                    "reason", "rebuilding the shop",
                    "weekly",
                        Map.of(
                            "days",
                            List.of("saturday"),
                            "from",
                            "22:00",
                            "minutes",
                            480,
                            "zone",
                            "Europe/Vienna")))
            .expect(201);
    assertThat(made.at("device_id")).isEqualTo("till-1");
    assertThat(made.at("kind")).isEqualTo("OFFLINE");
    assertThat(made.at("weekly.days.0")).isEqualTo("SATURDAY");
    assertThat(admin.get(MUTES).expect(200).node("results.0").toString()).isEqualTo(made.text());
    admin.delete(MUTES + made.at("id") + "/").expect(204);
    admin.delete(MUTES + made.at("id") + "/").expect(404);
    assertThat(admin.get(MUTES).expect(200).at("count")).isEqualTo("0");
  }

  @Test
  void whatIsWrongWithAMuteIsSaidByItsField() {
    Map<String, Object> good =
        Map.of("days", List.of("MONDAY"), "from", "22:00", "minutes", 60, "zone", "UTC");
    for (Map.Entry<String, Object> wrong :
        Set.of(
            Map.<String, Object>entry("days", List.of("someday")),
            Map.<String, Object>entry("from", "25:00"),
            Map.<String, Object>entry("minutes", 20_000),
            Map.<String, Object>entry("zone", "Mars/Olympus"))) {
      Map<String, Object> weekly = new HashMap<>(good);
      weekly.put(wrong.getKey(), wrong.getValue());
      assertThat(
              admin
                  .post(MUTES, Map.of("reason", "r", "weekly", weekly))
                  .expect(422)
                  .at("errors.0.field"))
          .startsWith("weekly." + wrong.getKey());
    }
    assertThat(admin.post(MUTES, Map.of()).expect(422).at("errors.0.field")).isEqualTo("reason");
  }
}
