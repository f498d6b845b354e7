package dev.muster.server.tasklist;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.Race;
import dev.muster.server.testing.ServerUnderTest;
import dev.muster.server.testing.SyncDevice;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
class BulkTasksTest {
  private static final String BULK = "/api/tasks/bulk/";

  private final Api admin = Api.ofNewOrganization();

  private static String made(Api api, Map<String, ?> fields) {
    return api.post("/api/tasks/", fields).expect(201).at("id");
  }

  private List<String> several(int count) {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ids.add(made(admin, Map.of("title", "Task " + i)));
    }
    return ids;
  }

  private static Api.Answer set(Api api, List<String> ids, Map<String, ?> fields) {
    return api.post(BULK, Map.of("ids", ids, "set", fields));
  }

  private static Api.Answer operate(Api api, List<String> ids, String operation) {
    return api.post(BULK, Map.of("ids", ids, "operation", operation));
  }

  private JsonNode task(String id) {
    return admin.get("/api/tasks/" + id).expect(200).body();
  }

  /// The same clock, version and history as a PATCH.
  @Test
  void manyTasksAreChangedAsEachWouldBeAlone() {
    List<String> ids = several(3);
    Api.Answer answer = set(admin, ids, Map.of("priority", "high", "tags", List.of("pumps")));
    assertThat(answer.expect(200).at("changed")).isEqualTo("3");
    assertThat(answer.node("failed")).isEmpty();
    String alone = made(admin, Map.of("title", "Alone"));
    admin
        .patch("/api/tasks/" + alone, Map.of("priority", "high", "tags", List.of("pumps")))
        .expect(200);
    for (String id : ids) {
      for (String field : List.of("priority", "tags", "version", "vector_clock")) {
        assertThat(task(id).get(field)).isEqualTo(task(alone).get(field));
      }
      JsonNode entry = admin.get("/api/tasks/" + id + "/history/").expect(200).node("0");
      assertThat(entry.get("change_type").asText()).isEqualTo("updated");
      assertThat(entry.at("/changes/priority/new").asText()).isEqualTo("high");
    }
    assertThat(set(admin, ids, Map.of("priority", "high")).expect(200).at("changed"))
        .isEqualTo("0");
    assertThat(task(ids.getFirst()).get("version").asInt()).isEqualTo(2);
  }

  @Test
  void aTaskThatIsRefusedHoldsUpNoOther() {
    Api member = admin.newUser("member");
    String own = made(member, Map.of("title", "Own"));
    String foreign = made(admin, Map.of("title", "Foreign"));
    String blocked = made(member, Map.of("title", "Blocked", "status", "blocked"));
    String gone = made(member, Map.of("title", "Gone"));
    member.delete("/api/tasks/" + gone).expect(204);
    String elsewhere = made(Api.ofNewOrganization(), Map.of("title", "Elsewhere"));
    Api.Answer answer =
        set(member, List.of(foreign, blocked, own, gone, elsewhere), Map.of("status", "done"));
    assertThat(answer.expect(200).at("changed")).isEqualTo("1");
    assertThat(answer.node("failed").findValuesAsText("id"))
        .containsExactly(foreign, blocked, gone, elsewhere);
    assertThat(answer.node("failed").findValuesAsText("code"))
        .containsExactly("forbidden", "task_state", "not_found", "not_found");
    assertThat(answer.at("failed.1.detail"))
        .isEqualTo("A task that is blocked cannot become done.");
    assertThat(task(own).get("status").asText()).isEqualTo("done");
    assertThat(task(foreign).get("status").asText()).isEqualTo("todo");
    assertThat(task(blocked).get("version").asInt()).isEqualTo(1);
    set(admin.newUser("viewer"), List.of(own), Map.of("status", "todo")).expect(403);
  }

  @Test
  void whatTheFieldsNameMustBeThere() {
    List<String> ids = several(2);
    String project =
        Api.ofNewOrganization().post("/api/projects/", Map.of("name", "x")).expect(201).at("id");
    Api.Answer answer = set(admin, ids, Map.of("project", project));
    assertThat(answer.expect(200).at("changed")).isEqualTo("0");
    assertThat(answer.node("failed").findValuesAsText("detail"))
        .containsExactly("There is no such project.", "There is no such project.");
  }

  @Test
  void manyTasksAreDeletedAndRestoredAndDevicesHearOfIt() {
    SyncDevice phone = SyncDevice.of(admin, "operator");
    List<String> ids = several(4);
    long cursor = phone.pull(0, 100).expect(200).node("timestamp").asLong();
    assertThat(operate(admin, ids.subList(0, 3), "delete").expect(200).at("changed"))
        .isEqualTo("3");
    JsonNode pulled = phone.pull(cursor, 100).expect(200).body();
    assertThat(pulled.get("tombstones").findValuesAsText("entity_id"))
        .containsExactlyInAnyOrderElementsOf(ids.subList(0, 3));
    Api.Answer restored = operate(admin, ids.subList(1, 4), "restore").expect(200);
    assertThat(restored.at("changed")).isEqualTo("2");
    assertThat(restored.at("failed.0.code")).isEqualTo("task_state");
    cursor = pulled.get("timestamp").asLong();
    assertThat(phone.pull(cursor, 100).expect(200).node("tasks").findValuesAsText("id"))
        .containsExactlyInAnyOrderElementsOf(ids.subList(1, 3));
    admin.get("/api/tasks/" + ids.getFirst()).expect(404);
  }

  @Test
  void whatIsAskedWronglyIsRefusedWithItsField() {
    List<String> ids = several(1);
    assertThat(set(admin, List.of(), Map.of()).expect(422).fields()).containsExactly("ids");
    List<String> many = Collections.nCopies(501, ids.getFirst());
    assertThat(set(admin, many, Map.of()).expect(422).fields()).containsExactly("ids");
    assertThat(set(admin, ids, Map.of("status", "soon")).expect(422).fields())
        .containsExactly("set.status");
    assertThat(set(admin, ids, Map.of("version", 1)).expect(422).fields())
        .containsExactly("set.version");
    assertThat(operate(admin, ids, "explode").expect(422).fields()).containsExactly("operation");
    assertThat(admin.post(BULK, Map.of("ids", ids)).expect(422).fields())
        .containsExactly("operation");
    Map<String, Object> both = Map.of("ids", ids, "set", Map.of(), "operation", "delete");
    assertThat(admin.post(BULK, both).expect(422).fields()).containsExactly("operation");
    admin.post(BULK, Map.of("ids", List.of("x"), "set", Map.of())).expect(422);
  }

  /// Whatever the order in which they are named: nothing waits for itself, no change is lost, and
  /// who pulls meanwhile misses none.
  @Test
  void manyWhoChangeTheSameTasksAtOnceLoseNothing() {
    List<String> ids = several(30);
    SyncDevice phone = SyncDevice.of(admin, "operator");
    int runs = 8;
    List<Integer> changed =
        Race.times(
            runs,
            run -> {
              List<String> shuffled = new ArrayList<>(ids);
              Collections.shuffle(shuffled, new Random(run));
              int done =
                  set(admin, shuffled, Map.of("position", run)).expect(200).node("changed").asInt();
              phone.pull(0, 100).expect(200);
              return done;
            });
    assertThat(changed).containsOnly(30);
    for (String id : ids) {
      assertThat(task(id).get("version").asInt()).isEqualTo(runs + 1);
      assertThat(admin.get("/api/tasks/" + id + "/history/").expect(200).body()).hasSize(runs + 1);
    }
  }
}
