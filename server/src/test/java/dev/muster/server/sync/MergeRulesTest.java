package dev.muster.server.sync;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.muster.server.platform.Ids;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.ServerUnderTest;
import dev.muster.server.testing.SyncDevice;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
class MergeRulesTest {
  private static final String RULES = "/api/sync/merge-rules/";
  private static final String LONG_AGO = "2001-01-01T00:00:00Z";
  private static final String IN_THE_FUTURE = "2100-01-01T00:00:00Z";

  private final Api admin = Api.ofNewOrganization();
  private final SyncDevice tablet = SyncDevice.of(admin, "operator");

  private void rule(String field, String rule) {
    admin.put(RULES, Map.of("rules", Map.of(field, rule))).expect(200);
  }

  private UUID made(Map<String, ?> fields) {
    UUID id = Ids.next();
    push(id, "create", fields, 1, null);
    return id;
  }

  private Api.Answer push(
      UUID id, String operation, Map<String, ?> fields, long tick, @Nullable String editedAt) {
    return tablet.pushTasks(List.of(item(id, operation, fields, tick, editedAt))).expect(200);
  }

  private Map<String, Object> item(
      UUID id, String operation, Map<String, ?> fields, long tick, @Nullable String editedAt) {
    Map<String, Object> data = new HashMap<>(fields);
    data.put("vector_clock", tablet.clock(tick));
    if (editedAt != null) {
      data.put("updated_at", editedAt);
    }
    return tablet.item(id, operation, data);
  }

  private Api.Answer task(UUID id) {
    return admin.get("/api/tasks/" + id).expect(200);
  }

  @Test
  void theDefaultsAreToldUntilAnAdminSetsRules() {
    Api viewer = admin.newUser("viewer");
    Api.Answer first = viewer.get(RULES).expect(200);
    assertThat(first.at("version")).isEqualTo("0");
    assertThat(first.node("rules")).isNotEmpty().allMatch(rule -> rule.asText().equals("default"));

    Map<String, Object> wanted = Map.of("title", "latest", "tags", "union", "status", "default");
    Api.Answer set = admin.put(RULES, Map.of("rules", wanted, "version", 0)).expect(200);
    assertThat(set.at("version")).isEqualTo("1");
    assertThat(viewer.get(RULES).expect(200).body()).isEqualTo(set.body());
    assertThat(set.node("rules").get("title").asText()).isEqualTo("latest");
    assertThat(set.node("rules").get("comment.content").asText()).isEqualTo("default");

    Api.Answer stale = admin.put(RULES, Map.of("rules", Map.of(), "version", 0)).expect(409);
    assertThat(stale.code()).isEqualTo("stale_version");
    assertThat(admin.put(RULES, Map.of("rules", wanted)).expect(200).at("version")).isEqualTo("1");
    Api.Answer told = admin.get("/api/audit/?action=merge_rules.changed").expect(200);
    assertThat(told.at("count")).isEqualTo("1");
    assertThat(told.node("results.0.after").toString())
        .isEqualTo("{\"tags\":\"union\",\"title\":\"latest\"}");
  }

  @Test
  void aRuleThatMakesNoSenseIsRefusedWithThoseThatDo() {
    Map<String, Object> wrong = new TreeMap<>();
    wrong.put("title", "union");
    wrong.put("tags", "newest");
    wrong.put("comment.content", 1);
    wrong.put("colour", "server");
    wrong.put("due_date", "server");
    Api.Answer refused = admin.put(RULES, Map.of("rules", wrong)).expect(422);
    assertThat(refused.fields())
        .containsExactlyInAnyOrder(
            "rules.title", "rules.tags", "rules.comment.content", "rules.colour");
    assertThat(refused.node("errors").toString())
        .contains("must be one of default, server, client, latest, manual\"")
        .contains("must be one of default, server, client, latest, union, manual\"")
        .contains("custom_fields, comment.content");
    assertThat(admin.put(RULES, Map.of()).expect(422).fields()).containsExactly("rules");
    assertThat(admin.get(RULES).expect(200).at("version")).isEqualTo("0");
  }

  @Test
  void eachRuleDecidesForEachField() {
    String project = admin.post("/api/projects/", Map.of("name", "p")).expect(201).at("id");
    Map<String, List<Object>> values = new TreeMap<>();
    values.put("title", List.of("Theirs", "Mine"));
    values.put("description", List.of("Theirs", "Mine"));
    values.put("status", List.of("done", "blocked"));
    values.put("priority", List.of("urgent", "low"));
    values.put("due_date", List.of("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"));
    values.put("position", List.of("1.0000000000", "2.0000000000"));
    values.put("project", List.of(project, ""));
    values.put("assigned_to", List.of("", tablet.user()));
    values.put("tags", List.of(List.of("a"), List.of("b")));
    values.put("custom_fields", List.of(Map.of("k", "a"), Map.of("k", "b", "l", "c")));
    values.forEach((field, sides) -> {
      decides(field, sides, "server", null, false);
      decides(field, sides, "client", null, true);
      decides(field, sides, "latest", IN_THE_FUTURE, true);
      decides(field, sides, "latest", LONG_AGO, false);
      conflicts(field, sides, "latest", null);
      conflicts(field, sides, "latest", "soon");
      conflicts(field, sides, "manual", IN_THE_FUTURE);
    });
  }

  private void decides(
      String field, List<Object> sides, String rule, @Nullable String editedAt, boolean mine) {
    UUID id = made(Map.of("title", "x"));
    Api.Answer pushed = meet(id, field, sides, rule, editedAt);
    assertThat(pushed.node("conflicts")).as("%s %s %s", field, rule, editedAt).isEmpty();
    JsonNode expected = tree(field, sides.get(mine ? 1 : 0));
    assertThat(task(id).node(field)).as("%s %s %s", field, rule, editedAt).isEqualTo(expected);
    Api.Answer entry = admin.get("/api/tasks/" + id + "/history/").expect(200);
    JsonNode change = entry.node("0.changes." + field);
    assertThat(change.get("new")).isEqualTo(expected);
    if (mine) {
      assertThat(change.get("old")).isEqualTo(tree(field, sides.get(0)));
      assertThat(change.has("dropped")).isFalse();
    } else {
      assertThat(change.get("dropped")).isEqualTo(tree(field, sides.get(1)));
    }
  }

  private void conflicts(String field, List<Object> sides, String rule, @Nullable String editedAt) {
    UUID id = made(Map.of("title", "x"));
    Api.Answer pushed = meet(id, field, sides, rule, editedAt);
    assertThat(pushed.at("conflicts.0.conflictReason")).endsWith(" in " + field);
    assertThat(task(id).node(field)).isEqualTo(tree(field, sides.get(0)));
  }

  /// The first of the two is set over REST, the second by a device that has not heard of it.
  private Api.Answer meet(
      UUID id, String field, List<Object> sides, String rule, @Nullable String editedAt) {
    rule(field, rule);
    Map<String, @Nullable Object> theirs = new HashMap<>(Map.of("custom_fields", Map.of("x", 1)));
    theirs.putAll(one(field, sides.get(0)));
    admin.patch("/api/tasks/" + id, theirs).expect(200);
    return push(id, "update", one(field, sides.get(1)), 2, editedAt);
  }

  private static JsonNode tree(String field, Object value) {
    return Api.tree(one(field, value)).get(field);
  }

  /// The field with a value; an empty text is none.
  private static Map<String, @Nullable Object> one(String field, Object value) {
    Map<String, @Nullable Object> fields = new HashMap<>();
    fields.put(field, value.equals("") ? null : value);
    return fields;
  }

  @Test
  void aClockThatIsAheadIsNotBelieved() {
    rule("title", "latest");
    UUID id = made(Map.of("title", "x"));
    admin.patch("/api/tasks/" + id, Map.of("title", "Theirs")).expect(200);
    push(id, "update", Map.of("title", "Mine"), 2, IN_THE_FUTURE);
    assertThat(task(id).at("title")).isEqualTo("Mine");
    assertThat(Instant.parse(task(id).at("updated_at"))).isBefore(Instant.now());
    admin.patch("/api/tasks/" + id, Map.of("title", "Later")).expect(200);
    push(id, "update", Map.of("title", "Old"), 3, LONG_AGO);
    assertThat(task(id).at("title")).isEqualTo("Later");
  }

  /// However its queue is cut into pushes: what the server heard of a moment ago is not newer than
  /// what the device has edited after it.
  @Test
  void aDeviceDoesNotLoseToItsOwnEarlierEdit() {
    rule("title", "latest");
    for (boolean together : List.of(true, false)) {
      UUID id = made(Map.of("title", "x"));
      admin.patch("/api/tasks/" + id, Map.of("title", "Theirs")).expect(200);
      Instant theirs = Instant.parse(task(id).at("updated_at"));
      List<Map<String, Object>> before =
          List.of(
              edit(id, "Too early", 2, theirs.minusMillis(2)),
              edit(id, "Early", 3, theirs.minusMillis(1)));
      List<Map<String, Object>> after =
          List.of(
              edit(id, "Late", 4, theirs.plusMillis(1)),
              edit(id, "Latest", 5, theirs.plusMillis(2)));
      pushed(before, together);
      assertThat(task(id).at("title")).isEqualTo("Theirs");
      pushed(after, together);
      assertThat(task(id).at("title")).isEqualTo("Latest");
    }
  }

  private Map<String, Object> edit(UUID id, String title, long tick, Instant at) {
    return item(id, "update", Map.of("title", title), tick, at.toString());
  }

  private void pushed(List<Map<String, Object>> items, boolean together) {
    if (together) {
      tablet.pushTasks(items).expect(200);
    } else {
      items.forEach(item -> tablet.pushTasks(List.of(item)).expect(200));
    }
  }

  @Test
  void aDeletionIsAConflictUnderEveryRule() {
    rule("title", "client");
    UUID id = made(Map.of("title", "x"));
    admin.patch("/api/tasks/" + id, Map.of("title", "Theirs")).expect(200);
    assertThat(push(id, "delete", Map.of(), 2, null).node("conflicts")).hasSize(1);
    admin.delete("/api/tasks/" + id).expect(204);
    assertThat(push(id, "update", Map.of("title", "Mine"), 3, null).node("conflicts")).hasSize(1);
  }

  @Test
  void aClientThatWinsStillNamesWhatIsThere() {
    admin.put(RULES, Map.of("rules", Map.of("assigned_to", "client", "project", "client")));
    Api other = Api.ofNewOrganization();
    Map<String, String> foreign =
        Map.of(
            "assigned_to", other.get("/api/users/me/").expect(200).at("id"),
            "project", other.post("/api/projects/", Map.of("name", "p")).expect(201).at("id"));
    foreign.forEach((field, value) -> {
      UUID id = made(Map.of("title", "x"));
      admin.patch("/api/tasks/" + id, Map.of("priority", "high")).expect(200);
      Api.Answer pushed = push(id, "update", Map.of(field, value), 2, null);
      assertThat(pushed.at("conflicts.0.conflictReason"))
          .isEqualTo("Rejected: " + field + " is not there");
      assertThat(task(id).node(field).isNull()).isTrue();
    });
  }

  @Test
  void commentsGoByTheirOwnRule() {
    UUID task = made(Map.of("title", "x"));
    assertThat(comment(task, "default", null)).isEqualTo("conflict");
    assertThat(comment(task, "server", null)).isEqualTo("Theirs");
    assertThat(comment(task, "client", null)).isEqualTo("Mine");
    assertThat(comment(task, "latest", IN_THE_FUTURE)).isEqualTo("Mine");
    assertThat(comment(task, "latest", LONG_AGO)).isEqualTo("Theirs");
    assertThat(comment(task, "latest", null)).isEqualTo("conflict");
    assertThat(comment(task, "manual", null)).isEqualTo("conflict");
  }

  /// What it says after two edits, or that they are a conflict.
  private String comment(UUID task, String rule, @Nullable String editedAt) {
    rule("comment.content", rule);
    UUID id = Ids.next();
    Map<String, Object> first = item(id, "create", Map.of("task", task, "content", "x"), 1, null);
    tablet.push(Map.of("comments", List.of(first))).expect(200);
    tablet.api().patch("/api/comments/" + id, Map.of("content", "Theirs")).expect(200);
    Map<String, Object> mine = item(id, "update", Map.of("content", "Mine"), 2, editedAt);
    boolean conflict =
        !tablet.push(Map.of("comments", List.of(mine))).expect(200).node("conflicts").isEmpty();
    for (JsonNode comment : admin.get("/api/tasks/" + task + "/comments/").expect(200).body()) {
      if (comment.get("id").asText().equals(id.toString())) {
        return conflict ? "conflict" : comment.get("content").asText();
      }
    }
    throw new AssertionError("the comment is gone");
  }

  @Test
  void theRulesOfOneOrganizationAreNotThoseOfAnother() {
    rule("title", "client");
    Api other = Api.ofNewOrganization();
    assertThat(other.get(RULES).expect(200).at("version")).isEqualTo("0");
    other.put(RULES, Map.of("rules", Map.of("title", "server"))).expect(200);
    assertThat(admin.get(RULES).expect(200).node("rules").get("title").asText())
        .isEqualTo("client");
  }
}
