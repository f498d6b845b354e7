package dev.muster.server.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.testing.Api;
import dev.muster.server.testing.ServerUnderTest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@SuppressWarnings("NullAway.Init") // set before each test
class BatchSurfaceTest {
  Api admin;

  @BeforeEach
  void makeDevices() {
    admin = Api.ofNewOrganization();
    for (String device : List.of("d1", "d2")) {
      admin
          .post("/api/devices/", Map.of("name", device, "device_id", device, "tags", List.of("t")))
          .expect(201);
    }
  }

  @Test
  void aBatchIsAcceptedAtOnceAndShowsHowFarItIs() {
    Api.Answer accepted = ask(Map.of("filter", Map.of("tag", List.of("t"), "platform", "OTHER")));
    String id = accepted.expect(202).at("batch_id");

    assertThat(accepted.node("devices").asInt()).isEqualTo(2);
    Api.Answer shown = admin.get("/api/action-batches/" + id + "/").expect(200);
    assertThat(shown.at("type")).isEqualTo("PING");
    assertThat(shown.at("state")).isIn("EXPANDING", "EXPANDED");
    assertThat(shown.node("devices").asInt()).isEqualTo(2);
    assertThat(shown.node("counts").size()).isEqualTo(6);
    assertThat(admin.get("/api/action-batches/").expect(200).at("results.0.batch_id"))
        .isEqualTo(id);
    assertThat(admin.post("/api/action-batches/" + id + "/cancel/").expect(202).at("state"))
        .isIn("CANCELLING", "CANCELLED");
  }

  @Test
  void exactlyOneThingSaysWhichDevicesAreMeant() {
    for (Map<String, ?> selectors :
        List.of(
            Map.<String, Object>of(),
            Map.of("device_ids", List.of("d1"), "groups", List.of("g")),
            Map.of("device_ids", List.of("d1"), "filter", Map.of()))) {
      assertThat(ask(selectors).expect(422).text()).contains("exactly one");
    }
    assertThat(ask(Map.of("device_ids", List.of())).expect(422).text()).contains("1 to 1000");
  }

  /// By a slip the filter would be wider than it was meant.
  @Test
  void aFilterThatThereIsNotIsRefused() {
    assertThat(ask(Map.of("filter", Map.of("tags", "t"))).status()).isIn(400, 422);
    assertThat(ask(Map.of("filter", Map.of("status", "ASLEEP"))).text()).contains("IDLE");
  }

  @Test
  void wipingManyAsksForTheirNumber() {
    Map<String, Object> body =
        new HashMap<>(Map.of("type", "wipe", "device_ids", List.of("d1", "d2")));
    body.put("params", Map.of("confirm", "wipe 1"));
    assertThat(admin.post("/api/actions/batch/", body).expect(422).text())
        .contains("params.confirm")
        .contains("wipe 2");
  }

  @Test
  void whatWaitsSaysForWhatSinceWhenAndWhatComesNext() {
    admin.post("/api/devices/d1/actions/", Map.of("type", "LOCK")).expect(201);
    Api.Answer row = admin.post("/api/devices/d1/actions/", Map.of("type", "PING")).expect(201);

    assertThat(row.at("waiting.for")).contains("(LOCK) is running on the device.");
    assertThat(row.at("waiting.since")).isEqualTo(row.at("created_at"));
    assertThat(row.at("waiting.next")).contains("It expires at");
    assertThat(admin.get("/api/actions/").expect(200).at("results.0.waiting.for"))
        .isEqualTo(row.at("waiting.for"));
  }

  @Test
  void scriptsAreAllowedByAdmins() {
    Map<String, Object> script = Map.of("type", "RUN_SCRIPT", "params", Map.of("script", "uptime"));
    assertThat(admin.post("/api/devices/d1/actions/", script).expect(403).at("code"))
        .isEqualTo("scripts_not_allowed");
    admin.patch("/api/organizations/me/", Map.of()).expect(422);

    Api.Answer own = admin.patch("/api/organizations/me/", Map.of("allow_scripts", true));

    assertThat(own.expect(200).node("allow_scripts").asBoolean()).isTrue();
    admin.post("/api/devices/d1/actions/", script).expect(201);
  }

  private Api.Answer ask(Map<String, ?> selectors) {
    Map<String, Object> body = new HashMap<>(selectors);
    body.put("type", "ping");
    return admin.post("/api/actions/batch/", body);
  }
}
