package dev.muster.server.sync;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.muster.server.platform.Ids;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.ServerUnderTest;
import dev.muster.server.testing.SyncDevice;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
class SyncApiTest {
  private final Api admin = Api.ofNewOrganization();
  private final SyncDevice tablet = SyncDevice.of(admin, "operator");
  private final SyncDevice phone = SyncDevice.of(admin, "operator");

  private static Map<String, Object> task(String title, Map<String, Long> clock) {
    return Map.of("title", title, "vector_clock", clock);
  }

  private static Map<String, Object> with(Map<String, ?> map, String key, Object value) {
    Map<String, Object> all = new HashMap<>(map);
    all.put(key, value);
    return all;
  }

  private static Set<String> titles(List<JsonNode> pages) {
    Set<String> titles = new TreeSet<>();
    pages.forEach(page -> titles.addAll(page.get("tasks").findValuesAsText("title")));
    return titles;
  }

  private UUID made(String title) {
    UUID id = Ids.next();
    Api.Answer answer =
        tablet.pushTasks(List.of(tablet.item(id, "create", task(title, tablet.clock(1)))));
    assertThat(answer.expect(200).node("conflicts")).isEmpty();
    return id;
  }

  @Test
  void whatOneDevicePushesAnotherPulls() {
    UUID id = Ids.next();
    UUID comment = Ids.next();
    Api.Answer pushed =
        tablet.push(
            Map.of(
                "tasks",
                List.of(tablet.item(id, "create", task("Check the pump", tablet.clock(1)))),
                "comments",
                List.of(
                    tablet.item(
                        comment,
                        "create",
                        Map.of(
                            "task", id, "content", "It leaks", "vector_clock", tablet.clock(1))))));
    assertThat(pushed.expect(200).at("processed")).isEqualTo("2");
    assertThat(pushed.at("success")).isEqualTo("true");
    assertThat(pushed.node("serverVectorClock").get(tablet.id()).asLong()).isEqualTo(1);

    JsonNode pulled = phone.pull(0, 100).expect(200).body();
    assertThat(pulled.at("/tasks/0/id").asText()).isEqualTo(id.toString());
    assertThat(pulled.at("/tasks/0/created_by").asText()).isEqualTo(tablet.user());
    assertThat(pulled.at("/tasks/0/position").asText()).isEqualTo("1000.0000000000");
    assertThat(pulled.at("/tasks/0/comment_count").asInt()).isEqualTo(1);
    assertThat(pulled.at("/comments/0/content").asText()).isEqualTo("It leaks");
    assertThat(pulled.at("/hasMore").asBoolean()).isFalse();
    assertThat(phone.pull(pulled.get("timestamp").asLong(), 100).expect(200).node("tasks"))
        .isEmpty();
  }

  @Test
  void theSamePushAgainChangesNothing() {
    UUID id = made("Once");
    long cursor = phone.pull(0, 100).expect(200).node("timestamp").asLong();
    Api.Answer again =
        tablet.pushTasks(List.of(tablet.item(id, "create", task("Once", tablet.clock(1)))));
    assertThat(again.expect(200).at("processed")).isEqualTo("1");
    assertThat(again.node("conflicts")).isEmpty();
    assertThat(phone.pull(cursor, 100).expect(200).node("tasks")).isEmpty();
    assertThat(phone.api().get("/api/tasks/" + id).expect(200).at("version")).isEqualTo("1");
  }

  @Test
  void aBadItemIsKeptAsAConflictAndHoldsUpNothing() {
    UUID good = Ids.next();
    List<Map<String, Object>> items =
        List.of(
            Map.of("id", "no-uuid", "operation", "create", "data", Map.of("title", "a")),
            tablet.item(Ids.next(), "create", Map.of("title", "")),
            tablet.item(Ids.next(), "explode", Map.of("title", "b")),
            tablet.item(Ids.next(), "create", task("c", Map.of(Ids.next().toString(), 1L))),
            tablet.item(good, "create", task("Good", tablet.clock(1))));
    Api.Answer answer = tablet.pushTasks(items).expect(200);
    assertThat(answer.at("processed")).isEqualTo("5");
    assertThat(answer.node("conflicts").findValuesAsText("conflictReason"))
        .hasSize(4)
        .allMatch(reason -> reason.startsWith("Rejected: "));
    phone.api().get("/api/tasks/" + good).expect(200);

    tablet.pushTasks(items).expect(200);
    Api.Answer listed = tablet.api().get("/api/sync/conflicts/").expect(200);
    assertThat(listed.at("count")).isEqualTo("4");
    assertThat(listed.node("results").toString()).contains("explode", "no-uuid");
  }

  @Test
  void whatMergesByItselfIsMerged() {
    UUID id = made("Merge");
    Map<String, Object> both = Map.of("title", "Merge", "tags", List.of("a"), "priority", "low");
    phone
        .api()
        .patch("/api/tasks/" + id, Map.of("tags", List.of("b"), "priority", "high"))
        .expect(200);
    Api.Answer answer =
        tablet.pushTasks(
            List.of(
                tablet.item(
                    id,
                    "update",
                    with(with(both, "status", "done"), "vector_clock", tablet.clock(2)))));
    assertThat(answer.expect(200).node("conflicts")).isEmpty();
    Api.Answer merged = phone.api().get("/api/tasks/" + id).expect(200);
    assertThat(merged.node("tags").toString()).isEqualTo("[\"a\",\"b\"]");
    assertThat(merged.at("priority")).isEqualTo("high");
    assertThat(merged.at("status")).isEqualTo("done");
    assertThat(merged.at("completed_at")).isNotEmpty();
    assertThat(merged.node("vector_clock.server").asLong()).isEqualTo(1);
    assertThat(merged.node("vector_clock").get(tablet.id()).asLong()).isEqualTo(2);
    assertThat(titles(tablet.pullAll(0, 100))).containsExactly("Merge");
  }

  @Test
  void twoTitlesAreAConflictThatCanBeResolvedOnceForGood() {
    UUID id = made("First");
    phone.api().patch("/api/tasks/" + id, Map.of("title", "Theirs")).expect(200);
    Map<String, Object> mine = tablet.item(id, "update", task("Mine", tablet.clock(2)));
    Api.Answer answer = tablet.pushTasks(List.of(mine)).expect(200);
    assertThat(answer.at("conflicts.0.conflictReason"))
        .startsWith("Concurrent modification detected");
    assertThat(answer.at("conflicts.0.serverVersion.title")).isEqualTo("Theirs");
    tablet.pushTasks(List.of(mine)).expect(200);
    tablet
        .pushTasks(List.of(tablet.item(id, "update", task("Mine again", tablet.clock(3)))))
        .expect(200);

    Api.Answer open = tablet.api().get("/api/sync/conflicts/?resolved=false").expect(200);
    assertThat(open.at("count")).isEqualTo("1");
    assertThat(open.at("results.0.local_version.title")).isEqualTo("Mine again");
    String resolve = "/api/sync/conflicts/" + open.at("results.0.id") + "/resolve/";
    tablet.api().post(resolve, Map.of("resolution", "custom")).expect(400);
    tablet.api().post(resolve, Map.of("resolution", "both")).expect(422);
    Api.Answer resolved = tablet.api().post(resolve, Map.of("resolution", "local")).expect(200);
    assertThat(resolved.at("resolvedEntity.title")).isEqualTo("Mine again");
    assertThat(tablet.api().post(resolve, Map.of("resolution", "remote")).expect(409).code())
        .isEqualTo("conflict_resolved");

    JsonNode clock = resolved.node("resolvedEntity.vector_clock");
    Api.Answer late =
        tablet.pushTasks(List.of(tablet.item(id, "update", task("Mine", tablet.clock(2)))));
    assertThat(late.expect(200).node("conflicts")).isEmpty();
    assertThat(clock.get(tablet.id()).asLong()).isEqualTo(3);
    assertThat(titles(phone.pullAll(0, 100))).containsExactly("Mine again");
    assertThat(titles(tablet.pullAll(0, 100))).containsExactly("Mine again");
  }

  @Test
  void nothingButARestoreBringsBackWhatIsDeleted() {
    UUID id = made("Gone");
    phone.api().delete("/api/tasks/" + id).expect(204);
    phone.api().get("/api/tasks/" + id).expect(404);
    Api.Answer edit =
        tablet.pushTasks(List.of(tablet.item(id, "update", task("Back", tablet.clock(2)))));
    assertThat(edit.expect(200).node("conflicts")).hasSize(1);
    JsonNode pulled = tablet.pull(0, 100).expect(200).body();
    assertThat(pulled.get("tasks")).isEmpty();
    assertThat(pulled.at("/tombstones/0/entity_id").asText()).isEqualTo(id.toString());
    assertThat(pulled.at("/tombstones/0/expires_at").asLong())
        .isGreaterThan(pulled.at("/tombstones/0/created_at").asLong());

    phone.api().post("/api/tasks/" + id + "/restore/").expect(200);
    JsonNode after = tablet.pull(0, 100).expect(200).body();
    assertThat(after.get("tombstones")).isEmpty();
    assertThat(after.at("/tasks/0/title").asText()).isEqualTo("Gone");
    phone.api().post("/api/tasks/" + id + "/restore/").expect(409);
  }

  @Test
  void aDeviceDoesNotGetBackWhatIsStoredAsItPushedIt() {
    UUID id = Ids.next();
    Map<String, Object> whole = new HashMap<>();
    whole.put("title", "Mine");
    whole.put("description", "");
    whole.put("status", "todo");
    whole.put("priority", "medium");
    whole.put("due_date", 1_900_000_000_000L);
    whole.put("position", "1000");
    whole.put("project", null);
    whole.put("assigned_to", null);
    whole.put("tags", List.of());
    whole.put("custom_fields", Map.of());
    whole.put("vector_clock", tablet.clock(1));
    whole.put("_sync_status", "pending");
    admin.delete("/api/tasks/" + made("Before")).expect(204); // so that the cursor is not 0
    long cursor = tablet.pull(0, 100).expect(200).node("timestamp").asLong();
    tablet.pushTasks(List.of(tablet.item(id, "create", whole))).expect(200);
    assertThat(titles(tablet.pullAll(cursor, 100))).isEmpty();
    assertThat(titles(phone.pullAll(0, 100))).containsExactly("Mine");
    // who begins anew may hold nothing any more, on whichever page it stands
    made("Another");
    made("And another");
    assertThat(titles(tablet.pullAll(0, 1))).contains("Mine").hasSize(3);
    long later = tablet.pull(0, 100).expect(200).node("timestamp").asLong();
    admin.patch("/api/tasks/" + id, Map.of("description", "More")).expect(200);
    assertThat(titles(tablet.pullAll(later, 100))).containsExactly("Mine");
  }

  /// When a task was done the server says, in answer to an edit that may not be the last of a push.
  @Test
  void aDeviceIsToldWhatTheServerAddedBeforeItsLastEdit() {
    UUID id = made("Pump");
    long cursor = tablet.pull(0, 100).expect(200).node("timestamp").asLong();
    Map<String, Object> done = with(task("Pump", tablet.clock(2)), "status", "done");
    Map<String, Object> named = with(task("Pump 2", tablet.clock(3)), "status", "done");
    tablet
        .pushTasks(List.of(tablet.item(id, "update", done), tablet.item(id, "update", named)))
        .expect(200);
    JsonNode pulled = tablet.pull(cursor, 100).expect(200).body();
    assertThat(pulled.at("/tasks/0/title").asText()).isEqualTo("Pump 2");
    assertThat(pulled.at("/tasks/0/completed_at").asText()).isNotEmpty();
  }

  @Test
  void pagesAreCutOverAllKindsAndLoseNothing() {
    List<Map<String, Object>> tasks = new ArrayList<>();
    List<Map<String, Object>> comments = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      UUID id = Ids.next();
      tasks.add(tablet.item(id, "create", task("Task " + i, tablet.clock(1))));
      comments.add(
          tablet.item(
              Ids.next(),
              "create",
              Map.of("task", id, "content", "c" + i, "vector_clock", tablet.clock(1))));
    }
    tablet.push(Map.of("tasks", tasks, "comments", comments)).expect(200);
    List<JsonNode> pages = phone.pullAll(0, 7);
    int rows = 0;
    for (JsonNode page : pages) {
      int here = page.get("tasks").size() + page.get("comments").size();
      assertThat(here).isLessThanOrEqualTo(7);
      rows += here;
    }
    assertThat(rows).isEqualTo(40);
    assertThat(titles(pages)).hasSize(20);
  }

  @Test
  void whatIsAskedWronglyIsRefused() {
    tablet.pull(0, 501).expect(400);
    tablet.api().withHeader("X-Device-ID", tablet.id()).get("/api/sync/pull/").expect(400);
    tablet.api().get("/api/sync/pull/?since=0").expect(400);
    tablet.api().withHeader("X-Device-ID", phone.id()).get("/api/sync/pull/?since=0").expect(400);
    assertThat(tablet.push(Map.of("dogs", List.of())).expect(400).at("detail")).contains("dogs");
    Api.Answer foreign =
        tablet.api().post("/api/sync/push/", Map.of("deviceId", phone.id(), "changes", Map.of()));
    assertThat(foreign.expect(400).at("detail")).contains("Invalid device ID");
    List<Map<String, Object>> many = new ArrayList<>();
    for (int i = 0; i < 501; i++) {
      many.add(tablet.item(Ids.next(), "delete", Map.of()));
    }
    tablet.pushTasks(many).expect(400);
  }

  @Test
  void anotherOrganizationIsNowhere() {
    UUID foreign = made("Theirs");
    Api other = Api.ofNewOrganization();
    SyncDevice stranger = SyncDevice.of(other, "admin");
    String project = admin.post("/api/projects/", Map.of("name", "Secret")).expect(201).at("id");
    other.get("/api/tasks/" + foreign).expect(404);
    other.patch("/api/tasks/" + foreign, Map.of("title", "x")).expect(404);
    other.delete("/api/tasks/" + foreign).expect(404);
    other.post("/api/tasks/" + foreign + "/restore/").expect(404);
    other.get("/api/tasks/" + foreign + "/history/").expect(404);
    other.get("/api/tasks/" + foreign + "/comments/").expect(404);
    other.post("/api/comments/", Map.of("task", foreign, "content", "x")).expect(404);
    other.post("/api/tasks/", Map.of("title", "x", "project", project)).expect(404);
    other.post("/api/tasks/", Map.of("title", "x", "assigned_to", tablet.user())).expect(404);
    Api.Answer pushed =
        stranger.push(
            Map.of(
                "tasks",
                List.of(
                    stranger.item(Ids.next(), "create", Map.of("title", "x", "project", project)),
                    stranger.item(
                        Ids.next(), "create", Map.of("title", "x", "assigned_to", tablet.user()))),
                "comments",
                List.of(
                    stranger.item(Ids.next(), "create", Map.of("task", foreign, "content", "x")))));
    assertThat(pushed.expect(200).node("conflicts")).hasSize(3);
    assertThat(titles(stranger.pullAll(0, 100))).isEmpty();
    assertThat(titles(phone.pullAll(0, 100))).containsExactly("Theirs");
  }

  @Test
  void aMemberChangesWhatIsTheirsAndAViewerNothing() {
    SyncDevice member = SyncDevice.of(admin, "member");
    SyncDevice viewer = SyncDevice.of(admin, "viewer");
    UUID foreign = made("Theirs");
    member.api().patch("/api/tasks/" + foreign, Map.of("title", "x")).expect(403);
    Api.Answer refused =
        member.pushTasks(
            List.of(
                member.item(
                    foreign, "update", task("x", Map.of(tablet.id(), 1L, member.id(), 1L)))));
    assertThat(refused.expect(200).at("conflicts.0.conflictReason")).startsWith("Rejected: ");
    String resolve =
        "/api/sync/conflicts/"
            + member.api().get("/api/sync/conflicts/").expect(200).at("results.0.id")
            + "/resolve/";
    member.api().post(resolve, Map.of("resolution", "local")).expect(403);
    member.api().post(resolve, Map.of("resolution", "remote")).expect(200);
    assertThat(admin.get("/api/tasks/" + foreign).expect(200).at("title")).isEqualTo("Theirs");
    admin.patch("/api/tasks/" + foreign, Map.of("assigned_to", member.user())).expect(200);
    member.api().patch("/api/tasks/" + foreign, Map.of("title", "x")).expect(200);
    viewer.api().post("/api/tasks/", Map.of("title", "x")).expect(403);
    viewer.pushTasks(List.of()).expect(403);
    viewer.pull(0, 10).expect(200);
  }
}
