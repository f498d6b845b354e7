package dev.muster.server.tasklist;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.muster.server.platform.Ids;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.ServerUnderTest;
import dev.muster.server.testing.SyncDevice;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
class TaskFilesTest {
  private static final String IMPORT = "/api/tasks/import/";
  private static final String EXPORT = "/api/tasks/export/";
  private static final Set<String> PEOPLES =
      Set.of(
          "id",
          "title",
          "description",
          "status",
          "priority",
          "due_date",
          "position",
          "project",
          "assigned_to",
          "device",
          "group",
          "tags",
          "custom_fields");

  private final Api admin = Api.ofNewOrganization();

  private static Api.Answer importCsv(Api api, String query, String file) {
    return api.withHeader("Content-Type", "text/csv").post(IMPORT + query, file);
  }

  private static Api.Answer importJson(Api api, String query, Object rows) {
    return api.post(IMPORT + query, rows);
  }

  private static void expect(Api.Answer answer, int created, int updated, int unchanged) {
    assertThat(answer.expect(200).node("failed")).as(answer.text()).isEmpty();
    assertThat(List.of(answer.at("created"), answer.at("updated"), answer.at("unchanged")))
        .containsExactly("" + created, "" + updated, "" + unchanged);
  }

  /// What people set, by id.
  private static Map<String, JsonNode> peoples(Api api) {
    Map<String, JsonNode> tasks = new TreeMap<>();
    for (JsonNode task : api.get(EXPORT + "?format=json").expect(200).body()) {
      tasks.put(task.get("id").asText(), ((ObjectNode) task.deepCopy()).retain(PEOPLES));
    }
    return tasks;
  }

  private static List<Map<String, Object>> random(int count, Random random) {
    List<String> parts = List.of("=", "'", "\"", ",", "\n", "Pump", "ß", " ", "-1", "[]");
    List<String> statuses = List.of("todo", "in_progress", "done", "blocked", "cancelled");
    List<Map<String, Object>> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      StringBuilder text = new StringBuilder();
      for (int part = random.nextInt(6); part >= 0; part--) {
        text.append(parts.get(random.nextInt(parts.size())));
      }
      Map<String, Object> row = new HashMap<>();
      row.put("title", text + " " + i);
      row.put("description", text.reverse().toString());
      row.put("status", statuses.get(random.nextInt(5)));
      row.put("due_date", random.nextBoolean() ? null : random.nextInt(2_000_000_000) * 1000L);
      row.put("position", random.nextInt(2000) - 1000);
      row.put("tags", List.of("t" + random.nextInt(3), "=" + random.nextInt(3)));
      row.put("custom_fields", Map.of("k", random.nextInt(9), "text", text.toString()));
      rows.add(row);
    }
    return rows;
  }

  /// More tasks than a chunk of an export, and than a transaction of an import, has.
  @Test
  void whatIsTakenOutAndBroughtInElsewhereIsTheSame() {
    long seed = System.nanoTime();
    expect(importJson(admin, "", random(700, new Random(seed))), 700, 0, 0);
    Map<String, JsonNode> there = peoples(admin);
    assertThat(there).hasSize(700);
    Api.Answer csv = admin.get(EXPORT + "?format=csv").expect(200);
    assertThat(csv.headers().firstValue("Content-Type")).hasValue("text/csv; charset=utf-8");

    Api other = Api.ofNewOrganization();
    expect(importCsv(other, "?format=csv", csv.text()), 700, 0, 0);
    assertThat(peoples(other)).as("seed %d", seed).isEqualTo(there);
    expect(importCsv(other, "", csv.text()), 0, 0, 700);

    Api third = Api.ofNewOrganization();
    expect(importJson(third, "?format=json", other.get(EXPORT).expect(200).text()), 700, 0, 0);
    assertThat(peoples(third)).as("seed %d", seed).isEqualTo(there);
  }

  @Test
  void aRowWithTheIdOfATaskChangesItAsAPatchDoes() {
    String id = admin.post("/api/tasks/", Map.of("title", "Old", "priority", "high")).at("id");
    expect(importCsv(admin, "", "id,title\n" + id + ",New\n,Another\n"), 1, 1, 0);
    Api.Answer changed = admin.get("/api/tasks/" + id).expect(200);
    assertThat(changed.at("title")).isEqualTo("New");
    assertThat(changed.at("priority")).isEqualTo("high");
    assertThat(changed.at("version")).isEqualTo("2");
    assertThat(changed.at("vector_clock.server")).isEqualTo("2");
    assertThat(admin.get("/api/tasks/" + id + "/history/").expect(200).body()).hasSize(2);
    String fresh = Ids.next().toString();
    expect(importJson(admin, "", List.of(Map.of("id", fresh, "title", "Mine"))), 1, 0, 0);
    expect(importJson(admin, "", List.of(Map.of("id", fresh, "title", "Mine"))), 0, 0, 1);
  }

  @Test
  void devicesHearOfWhatIsBroughtIn() {
    SyncDevice phone = SyncDevice.of(admin, "operator");
    long cursor = phone.pull(0, 10).expect(200).node("timestamp").asLong();
    expect(importCsv(admin, "", "title\nA\nB\n"), 2, 0, 0);
    assertThat(phone.pull(cursor, 10).expect(200).node("tasks").findValuesAsText("title"))
        .containsExactlyInAnyOrder("A", "B");
  }

  @Test
  void aTrialRunWritesNothingAndSaysWhatWouldBe() {
    String id = admin.post("/api/tasks/", Map.of("title", "Old")).at("id");
    expect(importCsv(admin, "?dryRun=true", "id,title\n" + id + ",New\n,Another\n"), 1, 1, 0);
    assertThat(admin.get("/api/tasks/").expect(200).at("count")).isEqualTo("1");
    assertThat(admin.get("/api/tasks/" + id).expect(200).at("version")).isEqualTo("1");
    assertThat(importCsv(admin, "?dryRun=maybe", "title\nA\n").expect(400).fields())
        .containsExactly("dryRun");
  }

  @Test
  void aRowThatIsWrongIsNamedWithItsFieldAndHoldsUpNoOther() {
    Api member = admin.newUser("member");
    String blocked = member.post("/api/tasks/", Map.of("title", "x", "status", "blocked")).at("id");
    String foreign = admin.post("/api/tasks/", Map.of("title", "x")).at("id");
    String gone = member.post("/api/tasks/", Map.of("title", "x")).at("id");
    member.delete("/api/tasks/" + gone).expect(204);
    Api other = Api.ofNewOrganization();
    String project = other.post("/api/projects/", Map.of("name", "x")).at("id");
    String theirs = other.post("/api/tasks/", Map.of("title", "Theirs")).at("id");
    List<Object> rows =
        new ArrayList<>(
            List.of(
                Map.of("title", "Good"),
                Map.of("title", ""),
                Map.of("id", blocked, "status", "done"),
                Map.of("id", foreign, "title", "y"),
                Map.of("id", gone, "title", "y"),
                Map.of("title", "y", "project", project),
                Map.of("id", theirs, "title", "Own"),
                Map.of("id", theirs, "title", "Twice"),
                Map.of("priority", "low"),
                "no object",
                Map.of("title", "z", "status", "soon", "tags", "t")));
    rows.add(null);
    Api.Answer answer = importJson(member, "", rows).expect(200);
    assertThat(answer.at("created")).isEqualTo("2");
    List<String> failed = new ArrayList<>();
    answer
        .node("failed")
        .forEach(failure ->
            failed.add(failure.get("row").asInt() + " " + failure.get("field").asText()));
    assertThat(failed)
        .containsExactlyInAnyOrder(
            "2 title",
            "3 status",
            "4 id",
            "5 id",
            "6 project",
            "8 id",
            "9 title",
            "10 ",
            "11 status",
            "11 tags",
            "12 ");
    assertThat(other.get("/api/tasks/" + theirs).expect(200).at("title")).isEqualTo("Theirs");
    assertThat(member.get("/api/tasks/" + theirs).expect(200).at("title")).isEqualTo("Own");
  }

  @Test
  void anExportHasWhatItsFiltersSayAndNothingOfOthers() {
    Api.ofNewOrganization().post("/api/tasks/", Map.of("title", "Theirs pump")).expect(201);
    admin.post("/api/tasks/", Map.of("title", "=1+1", "priority", "high")).expect(201);
    admin.post("/api/tasks/", Map.of("title", "The pump")).expect(201);
    Api viewer = admin.newUser("viewer");
    assertThat(viewer.get(EXPORT + "?format=csv&priority=high").expect(200).text().lines().toList())
        .hasSize(2)
        .last()
        .asString()
        .contains(",\"'=1+1\",");
    Api.Answer found = viewer.get(EXPORT + "?search=pump").expect(200);
    assertThat(found.body().findValuesAsText("title")).containsExactly("The pump");
    assertThat(viewer.get(EXPORT + "?format=xml").expect(400).fields()).containsExactly("format");
    assertThat(viewer.get(EXPORT + "?status=odd").expect(400).fields()).containsExactly("status");
    importCsv(viewer, "", "title\nA\n").expect(403);
  }

  @Test
  void aFileThatIsTooLargeOrOfAnotherFormIsRefused() {
    importCsv(admin, "", "title\n" + "a\n".repeat(5_001)).expect(413);
    importCsv(admin, "", "title\n" + "a".repeat(1024 * 1024)).expect(413);
    importJson(admin, "", Collections.nCopies(5_001, Map.of())).expect(413);
    assertThat(importCsv(admin, "?format=json", "title\nA\n").expect(400).fields())
        .containsExactly("format");
    importCsv(admin, "", "no,names\nA,B\n").expect(400);
    byte[] broken = "title\n\"A".getBytes(StandardCharsets.UTF_8);
    admin.withHeader("Content-Type", "text/csv").post(IMPORT, broken).expect(400);
    importJson(admin, "", Map.of("title", "x")).expect(422);
    admin.withHeader("Content-Type", "text/plain").post(IMPORT, "title\nA\n").expect(415);
    assertThat(admin.get("/api/tasks/").expect(200).at("count")).isEqualTo("0");
  }
}
