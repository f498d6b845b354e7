package dev.muster.server.sync;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.muster.protocol.Json;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.Race;
import dev.muster.server.testing.ServerUnderTest;
import dev.muster.sync.Kind;
import dev.muster.sync.Notice;
import dev.muster.sync.Row;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Random histories of a few devices and people over HTTP: whatever happens on the way, in the end
/// all hold the same, every edit is to be found, and nothing that was deleted is back.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
class ConvergenceTest {
  /// More of them take `./muster bench sync --soak 10000`.
  private static final int HISTORIES = Integer.getInteger("test.sync-histories", 1_000);

  /// Of one organization, because what is left of each makes the next one longer.
  private static final int TOGETHER = 20;

  private static final int AT_ONCE = 5;
  private static final int DEVICES = 5;
  private static final int STEPS = 40;
  private static final List<String> RULES =
      List.of("default", "server", "client", "latest", "manual");
  private static final List<String> TASK =
      List.of(
          "title",
          "description",
          "status",
          "priority",
          "due_date",
          "position",
          "project",
          "assigned_to",
          "device",
          "tags",
          "completed_at",
          "vector_clock");
  private static final List<String> COMMENT = List.of("content", "task", "vector_clock");

  @TempDir private Path folder;

  @Test
  void allHoldTheSameInTheEndAndNoEditIsLost() {
    long begin = System.nanoTime();
    AtomicInteger played = new AtomicInteger();
    Race.of(
        AT_ONCE,
        _ ->
            (Callable<Integer>)
                () -> {
                  int first = played.getAndAdd(TOGETHER);
                  for (; first < HISTORIES; first = played.getAndAdd(TOGETHER)) {
                    histories(begin + first);
                  }
                  return first;
                });
  }

  private void histories(long begin) throws IOException, InterruptedException {
    Api admin = Api.ofNewOrganization();
    List<Technician> technicians = new ArrayList<>();
    for (int i = 0; i < DEVICES; i++) {
      technicians.add(new Technician(admin, i == 0 ? "member" : "operator", folder));
    }
    for (int i = 0; i < TOGETHER; i++) {
      long seed = begin + i;
      try {
        history(admin, technicians, new Random(seed));
      } catch (AssertionError | RuntimeException broken) {
        throw new AssertionError("seed " + seed, broken);
      }
    }
    for (Technician technician : technicians) {
      technician.close();
    }
  }

  /// Every other history goes by the rules that an organization could have set; what they drop is
  /// in the history of the task.
  private static Map<String, String> rules(Random random) {
    Map<String, String> rules = new TreeMap<>();
    if (random.nextBoolean()) {
      for (String field : List.of("title", "status", "priority", "tags")) {
        rules.put(field, RULES.get(random.nextInt(RULES.size())));
      }
    }
    return rules;
  }

  private static void history(Api admin, List<Technician> all, Random random) throws IOException {
    admin.put("/api/sync/merge-rules/", Map.of("rules", rules(random))).expect(200);
    int count = 2 + random.nextInt(all.size() - 1);
    List<Technician> present = all.subList(all.size() - count, all.size());
    for (Technician technician : present) {
      technician.begin(random);
      technician.sync();
      technician.calm(false);
    }
    for (int step = 0; step < STEPS; step++) {
      Technician technician = present.get(random.nextInt(count));
      switch (random.nextInt(10)) {
        case 0, 1, 2, 3, 4 -> technician.work();
        case 5, 6, 7, 8 -> technician.sync();
        default -> online(present, technician, random);
      }
    }
    present.forEach(technician -> technician.calm(true));
    if (random.nextInt(4) == 0) {
      Technician unlucky = present.get(random.nextInt(count));
      unlucky.sync();
      unlucky.lose();
    }
    // twice: what the first ones have pushed, the last ones have pulled, and the other way round
    for (int round = 0; round < 2; round++) {
      for (Technician technician : present) {
        technician.sync();
      }
    }
    Map<String, Map<String, String>> tasks = onServer(admin, "/api/tasks/", TASK);
    Map<String, Map<String, String>> comments = onServer(admin, "/api/comments/", COMMENT);
    String conflicts = conflicts(admin);
    for (Technician technician : present) {
      assertThat(technician.hasNothingToSay()).isTrue();
      assertThat(here(technician.rows(Kind.TASK), TASK)).isEqualTo(tasks);
      List<Row> readable =
          technician.rows(Kind.COMMENT).stream()
              .filter(comment -> tasks.containsKey(comment.text("task")))
              .toList();
      assertThat(here(readable, COMMENT)).isEqualTo(comments);
      assertThat(technician.deleted())
          .filteredOn(id -> !conflicts.contains(id))
          .noneMatch(id -> tasks.containsKey(id) || comments.containsKey(id));
      for (Notice notice : technician.told()) {
        assertThat(conflicts).contains(notice.id());
      }
      technician.words().forEach((id, word) -> assertKept(admin, id, word, comments, conflicts));
    }
    for (String task : tasks.keySet()) {
      admin.delete("/api/tasks/" + task).expect(204);
    }
  }

  /// A comment's content has no history: it is in the comment as long as that is there.
  private static void assertKept(
      Api admin,
      String id,
      String word,
      Map<String, Map<String, String>> comments,
      String conflicts) {
    if (conflicts.contains(word)) {
      return;
    }
    Api.Answer history = admin.get("/api/tasks/" + id + "/history/");
    if (history.status() == 200) {
      assertThat(history.text()).contains(word);
    } else if (comments.containsKey(id)) {
      assertThat(comments.get(id).get("content")).contains(word);
    }
  }

  /// Somebody edits in the browser what their device has seen.
  private static void online(List<Technician> all, Technician technician, Random random)
      throws IOException {
    List<Row> rows = technician.rows(Kind.TASK);
    if (rows.isEmpty()) {
      return;
    }
    String id = rows.get(random.nextInt(rows.size())).id();
    String task = "/api/tasks/" + id;
    Api api = technician.api();
    int status =
        switch (random.nextInt(4)) {
          case 0 -> api.delete(task).status();
          case 1 -> {
            all.forEach(one -> one.undeleted(id));
            yield api.post(task + "/restore/").status();
          }
          case 2 -> api.patch(task, Map.of("tags", List.of("online"))).status();
          default -> api.patch(task, Map.of("priority", "urgent")).status();
        };
    assertThat(status).isIn(200, 204, 403, 404, 409);
  }

  private static Map<String, Map<String, String>> here(List<Row> rows, List<String> fields) {
    Map<String, Map<String, String>> all = new TreeMap<>();
    for (Row row : rows) {
      Map<String, String> told = new TreeMap<>();
      for (String field : fields) {
        Json.Obj local = row.local();
        Json value = local == null ? null : local.fields().get(field);
        told.put(field, value == null ? "null" : value.canonical());
      }
      all.put(row.id(), told);
    }
    return all;
  }

  private static Map<String, Map<String, String>> onServer(
      Api admin, String path, List<String> fields) {
    Map<String, Map<String, String>> all = new TreeMap<>();
    for (JsonNode row : admin.get(path + "?limit=500").expect(200).node("results")) {
      Map<String, String> told = new TreeMap<>();
      fields.forEach(field -> told.put(field, row.get(field).toString()));
      all.put(row.get("id").asText(), told);
    }
    return all;
  }

  private static String conflicts(Api admin) {
    StringBuilder all = new StringBuilder();
    for (int offset = 0; ; offset += 500) {
      Api.Answer page =
          admin.get("/api/sync/conflicts/?resolved=false&limit=500&offset=" + offset).expect(200);
      all.append(page.text());
      if (page.node("next").isNull()) {
        return all.toString();
      }
    }
  }
}
