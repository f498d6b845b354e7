package dev.muster.server.alert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.platform.Ids;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.EnrolledDevice;
import dev.muster.server.testing.RaisedAlert;
import dev.muster.server.testing.ServerUnderTest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@SuppressWarnings("NullAway.Init") // set before each test
class AlertSurfaceTest {
  private static final String RULES = "/api/alerts/rules/";

  Api admin;

  @BeforeEach
  void enroll() {
    admin = Api.ofNewOrganization();
  }

  @Test
  void anAlertIsListedShownAndAcknowledgedAndRecoversAtTheNextSuccess() {
    EnrolledDevice device = EnrolledDevice.in(admin);
    String id = RaisedAlert.of(admin, device);

    Api.Answer shown = admin.get("/api/alerts/" + id + "/").expect(200);
    assertThat(shown.at("kind")).isEqualTo("ACTION_FAILED");
    assertThat(shown.at("severity")).isEqualTo("WARNING");
    assertThat(shown.at("state")).isEqualTo("FIRING");
    assertThat(shown.at("device_id")).isEqualTo(device.id());
    assertThat(shown.at("summary")).contains("LIST_PACKAGES");
    assertThat(shown.node("recovered_at").isNull()).isTrue();

    Api.Answer seen = admin.post("/api/alerts/" + id + "/acknowledge/").expect(200);
    assertThat(seen.at("acknowledged_at")).isNotEmpty();
    assertThat(admin.post("/api/alerts/" + id + "/acknowledge/").expect(200).text())
        .isEqualTo(seen.text());

    String action =
        admin
            .post("/api/devices/" + device.id() + "/actions/", Map.of("type", "PING"))
            .expect(201)
            .at("id");
    device
        .self()
        .post(
            "/v1/action-result",
            Map.of(
                "request_id", action + "-1",
                "device_id", device.id(),
                "action", "ping",
                "outcome", "success",
                "finished_at", "2026-01-31T12:00:00Z"))
        .expect(200);
    assertThat(admin.get("/api/alerts/" + id + "/").at("state")).isEqualTo("RECOVERED");
    assertThat(admin.get("/api/alerts/?state=firing").expect(200).node("results")).isEmpty();
    assertThat(
            admin
                .get("/api/alerts/?state=recovered&severity=warning&limit=1")
                .expect(200)
                .at("results.0.id"))
        .isEqualTo(id);
    Api.ofNewOrganization().get("/api/alerts/" + id + "/").expect(404);

    admin.delete("/api/devices/" + device.id() + "/").expect(204);
    admin.get("/api/alerts/" + id + "/").expect(404);
  }

  @Test
  void aRuleIsSetForAllAndForAGroup() {
    admin.post("/api/groups/", Map.of("name", "kiosks")).expect(201);
    Api.Answer before = admin.get(RULES).expect(200);
    assertThat(before.at("0.kind")).isEqualTo("OFFLINE");
    assertThat(before.at("0.threshold")).isEqualTo("720");
    assertThat(before.at("0.unit")).isEqualTo("SECONDS");
    assertThat(before.at("0.cooldown_seconds")).isEqualTo("1800");

    Map<String, Object> body =
        Map.of("threshold", 300, "severity", "info", "remediate", true, "remedies_per_day", 5);
    admin.send("PUT", RULES + "offline/?group=kiosks", body).expect(200);
    Api.Answer after = admin.get(RULES).expect(200);
    assertThat(after.at("1.group_name")).isEqualTo("kiosks");
    assertThat(after.at("1.severity")).isEqualTo("INFO");
    assertThat(after.at("1.remedies_per_day")).isEqualTo("5");
    assertThat(after.node("1.remediate").asBoolean()).isTrue();
    admin.delete(RULES + "offline/?group=kiosks").expect(204);
    assertThat(admin.get(RULES).expect(200).text()).isEqualTo(before.text());
  }

  @Test
  void whatIsWrongIsNamed() {
    for (Map<String, Object> body :
        List.<Map<String, Object>>of(
            Map.of("threshold", 5),
            Map.of("severity", "awful"),
            Map.of("cooldown_seconds", -1),
            Map.of("remedies_per_day", 0))) {
      Api.Answer refused = admin.send("PUT", RULES + "offline/", body);
      assertThat(refused.status()).as("%s", body).isEqualTo(422);
      assertThat(refused.node("errors").isEmpty()).as("%s", body).isFalse();
    }
    admin.send("PUT", RULES + "low_battery/", Map.of("remediate", true)).expect(422);
    Map<String, Object> urgent = Map.of("open_task", Map.of("priority", "urgent"));
    admin.send("PUT", RULES + "disk_low/", urgent).expect(422);
    Api.Answer opening = admin.send("PUT", RULES + "low_battery/", urgent).expect(200);
    assertThat(opening.body().findValuesAsText("priority")).containsExactly("urgent");
    admin.send("DELETE", RULES + "low_battery/", null).expect(204);
    Map<String, Object> lost = Map.of("open_task", Map.of("project", Ids.next()));
    assertThat(admin.send("PUT", RULES + "low_battery/", lost).expect(422).fields())
        .containsExactly("open_task.project");
    admin.send("PUT", RULES + "disk_low/", Map.of("threshold", 5)).expect(422);
    admin.send("PUT", RULES + "boredom/", Map.of()).expect(404);
    admin.send("PUT", RULES + "offline/?group=nobody", Map.of()).expect(404);
    admin.get("/api/alerts/?state=odd").expect(400);
    admin.get("/api/alerts/?kind=odd").expect(400);
    admin.get("/api/alerts/?cursor=odd").expect(400);
    admin.get("/api/alerts/?device=nobody").expect(404);
    admin.get("/api/alerts/nothing/").expect(404);
  }
}
