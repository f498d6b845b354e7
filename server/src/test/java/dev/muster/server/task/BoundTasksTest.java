package dev.muster.server.task;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.muster.server.platform.Ids;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.Race;
import dev.muster.server.testing.ServerUnderTest;
import dev.muster.server.testing.SyncDevice;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
class BoundTasksTest {
  private final Api admin = Api.ofNewOrganization();
  private final SyncDevice tablet = SyncDevice.of(admin, "operator");
  private final SyncDevice phone = SyncDevice.of(admin, "operator");
  private final String press = device(admin, "Press 7");
  private final String hall = group(admin, "Hall 2");

  private static String device(Api admin, String name) {
    return admin.post("/api/devices/", Map.of("name", name)).expect(201).at("id");
  }

  private static String group(Api admin, String name) {
    return admin.post("/api/groups/", Map.of("name", name)).expect(201).at("id");
  }

  private String made(Map<String, ?> fields) {
    return admin.post("/api/tasks/", fields).expect(201).at("id");
  }

  private static List<String> titles(Api.Answer list) {
    return list.expect(200).node("results").findValuesAsText("title");
  }

  @Test
  void aTaskIsAboutADeviceOrAGroup() {
    Api.Answer made =
        admin.post("/api/tasks/", Map.of("title", "Oil it", "device", press, "group", hall));
    String id = made.expect(201).at("id");
    assertThat(made.at("device")).isEqualTo(press);
    assertThat(made.at("device_name")).isEqualTo("Press 7");
    assertThat(made.at("group")).isEqualTo(hall);
    assertThat(made.at("group_name")).isEqualTo("Hall 2");
    made(Map.of("title", "Elsewhere"));
    assertThat(titles(admin.get("/api/tasks/?device=" + press))).containsExactly("Oil it");
    assertThat(titles(admin.get("/api/tasks/?group=" + hall))).containsExactly("Oil it");
    assertThat(admin.get("/api/tasks/?device=press").expect(400).at("detail")).contains("device");

    Map<String, Object> free = new HashMap<>();
    free.put("device", null);
    Api.Answer freed = admin.patch("/api/tasks/" + id, free).expect(200);
    assertThat(freed.node("device").isNull()).isTrue();
    assertThat(freed.at("group")).isEqualTo(hall);
    assertThat(freed.at("checksum")).isEqualTo(made.at("checksum"));
    JsonNode change = admin.get("/api/tasks/" + id + "/history/").expect(200).node("0.changes");
    assertThat(change.at("/device/old").asText()).isEqualTo(press);
    assertThat(change.at("/device/new").isNull()).isTrue();
    assertThat(admin.patch("/api/tasks/" + id, Map.of("group", "hall")).expect(422).fields())
        .containsExactly("group");
  }

  @Test
  void whatAnotherOrganizationHasIsNotThere() {
    Api other = Api.ofNewOrganization();
    SyncDevice stranger = SyncDevice.of(other, "admin");
    other.post("/api/tasks/", Map.of("title", "x", "device", press)).expect(404);
    other.post("/api/tasks/", Map.of("title", "x", "group", hall)).expect(404);
    Api.Answer pushed =
        stranger.pushTasks(
            List.of(
                stranger.item(Ids.next(), "create", Map.of("title", "x", "device", press)),
                stranger.item(Ids.next(), "create", Map.of("title", "x", "group", hall))));
    assertThat(pushed.expect(200).node("conflicts").findValuesAsText("conflictReason"))
        .containsExactly("Rejected: device is not there", "Rejected: group is not there");
    made(Map.of("title", "Ours", "device", press));
    assertThat(titles(other.get("/api/tasks/?device=" + press))).isEmpty();
  }

  @Test
  void aDevicePushesAndPullsWhatATaskIsAbout() {
    UUID id = Ids.next();
    Map<String, Object> data =
        Map.of("title", "Fix", "device", press, "vector_clock", tablet.clock(1));
    tablet.pushTasks(List.of(tablet.item(id, "create", data))).expect(200);
    JsonNode pulled = phone.pull(0, 10).expect(200).body();
    assertThat(pulled.at("/tasks/0/device").asText()).isEqualTo(press);
    assertThat(pulled.at("/tasks/0/group").isNull()).isTrue();
  }

  /// The server's side wins, as it does for the project.
  @Test
  void ofTwoWhoBindATaskTheServerKeepsItsOwn() {
    String mine = device(admin, "Mine");
    UUID id = Ids.next();
    Map<String, Object> data = Map.of("title", "Fix", "vector_clock", tablet.clock(1));
    tablet.pushTasks(List.of(tablet.item(id, "create", data))).expect(200);
    admin.patch("/api/tasks/" + id, Map.of("device", press)).expect(200);
    Map<String, Object> edit =
        Map.of("device", mine, "group", hall, "vector_clock", tablet.clock(2));
    assertThat(
            tablet
                .pushTasks(List.of(tablet.item(id, "update", edit)))
                .expect(200)
                .node("conflicts"))
        .isEmpty();
    Api.Answer merged = admin.get("/api/tasks/" + id).expect(200);
    assertThat(merged.at("device")).isEqualTo(press);
    assertThat(merged.node("group").isNull()).isTrue();
  }

  /// A device that was there before these fields says everything that it knows.
  @Test
  void whoDoesNotKnowTheFieldsDoesNotGetItsOwnTaskBack() {
    made(Map.of("title", "Before"));
    long cursor = tablet.pull(0, 10).expect(200).node("timestamp").asLong();
    Map<String, Object> data = new HashMap<>();
    data.put("title", "Old");
    data.put("description", "");
    data.put("status", "todo");
    data.put("priority", "low");
    data.put("due_date", null);
    data.put("position", "1.0000000000");
    data.put("project", null);
    data.put("assigned_to", null);
    data.put("tags", List.of());
    data.put("custom_fields", Map.of());
    data.put("vector_clock", tablet.clock(1));
    UUID whole = Ids.next();
    tablet.pushTasks(List.of(tablet.item(whole, "create", data))).expect(200);
    assertThat(tablet.pull(cursor, 10).expect(200).node("tasks")).isEmpty();
    data.remove("priority");
    tablet.pushTasks(List.of(tablet.item(Ids.next(), "create", data))).expect(200);
    assertThat(tablet.pull(cursor, 10).expect(200).node("tasks")).hasSize(1);
  }

  @Test
  void anErasedDeviceLeavesItsTasksAndEverybodyHearsOfIt() {
    String bound = made(Map.of("title", "Repair", "device", press));
    String deleted = made(Map.of("title", "Paint", "device", press));
    admin.delete("/api/tasks/" + deleted).expect(204);
    long cursor = phone.pull(0, 10).expect(200).node("timestamp").asLong();

    admin.delete("/api/devices/" + press).expect(204);
    Api.Answer free = admin.get("/api/tasks/" + bound).expect(200);
    assertThat(free.node("device").isNull()).isTrue();
    assertThat(free.at("version")).isEqualTo("2");
    assertThat(free.at("vector_clock.server")).isEqualTo("2");
    JsonNode pulled = phone.pull(cursor, 10).expect(200).body();
    assertThat(pulled.get("tasks").findValuesAsText("id")).containsExactly(bound);
    assertThat(pulled.get("tombstones")).isEmpty();
    JsonNode change = admin.get("/api/tasks/" + bound + "/history/").expect(200).node("0.changes");
    assertThat(change.at("/device/old").asText()).isEqualTo(press);
    assertThat(
            admin.post("/api/tasks/" + deleted + "/restore/").expect(200).node("device").isNull())
        .isTrue();
    admin.patch("/api/tasks/" + bound, Map.of("device", press)).expect(404);
  }

  @Test
  void whoBindsTasksWhileTheirDeviceIsErasedBindsThemBeforeOrNotAtAll() {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      ids.add(made(i % 2 == 0 ? Map.of("title", "x", "device", press) : Map.of("title", "x")));
    }
    long cursor = phone.pull(0, 500).expect(200).node("timestamp").asLong();
    List<Integer> statuses =
        Race.times(
            ids.size() + 1,
            i ->
                i == ids.size()
                    ? admin.delete("/api/devices/" + press).status()
                    : admin
                        .patch("/api/tasks/" + ids.get(i), Map.of("device", press, "position", i))
                        .status());
    assertThat(statuses.subList(0, ids.size())).isSubsetOf(200, 404);
    assertThat(statuses.getLast()).isEqualTo(204);
    phone
        .pullAll(cursor, 500)
        .forEach(page ->
            page.get("tasks").forEach(task -> assertThat(task.get("device").isNull()).isTrue()));
    for (String id : ids) {
      assertThat(admin.get("/api/tasks/" + id).expect(200).node("device").isNull()).isTrue();
    }
  }

  @Test
  void aRetiredDeviceKeepsItsTasks() {
    String fetch = made(Map.of("title", "Fetch it", "device", press));
    admin.post("/api/devices/" + press + "/retire/").expect(200);
    assertThat(admin.get("/api/tasks/" + fetch).expect(200).at("device")).isEqualTo(press);
    admin.patch("/api/tasks/" + fetch, Map.of("title", "Fetch and scrap it")).expect(200);
  }
}
