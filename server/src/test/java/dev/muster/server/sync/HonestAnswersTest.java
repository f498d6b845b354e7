package dev.muster.server.sync;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.muster.protocol.VectorClock;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Ids;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.ServerUnderTest;
import dev.muster.server.testing.SyncDevice;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What devices send that is old, odd or wrong, and that nobody may lose by.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
class HonestAnswersTest {
  @Inject Database database;

  private final Api admin = Api.ofNewOrganization();
  private final SyncDevice tablet = SyncDevice.of(admin, "operator");
  private final SyncDevice phone = SyncDevice.of(admin, "operator");

  private static Map<String, Object> task(String title, Map<String, Long> clock) {
    return Map.of("title", title, "vector_clock", clock);
  }

  private UUID made(String title) {
    UUID id = Ids.next();
    assertThat(push(tablet, id, "create", task(title, tablet.clock(1)))).isEmpty();
    return id;
  }

  /// The conflicts of the answer.
  private static JsonNode push(SyncDevice device, UUID id, String operation, Map<String, ?> data) {
    return device
        .pushTasks(List.of(device.item(id, operation, data)))
        .expect(200)
        .node("conflicts");
  }

  private Map<String, Long> both(long ofTablet, long ofPhone) {
    return Map.of(tablet.id(), ofTablet, phone.id(), ofPhone);
  }

  private JsonNode row(UUID id) {
    return admin.get("/api/tasks/" + id).expect(200).body();
  }

  private Api.Answer resolve(Api as, UUID id, String resolution) {
    JsonNode open = admin.get("/api/sync/conflicts/?resolved=false").expect(200).node("results");
    for (JsonNode conflict : open) {
      if (conflict.get("entity_id").asText().equals(id.toString())) {
        return as.post(
            "/api/sync/conflicts/" + conflict.get("id").asText() + "/resolve/",
            Map.of("resolution", resolution));
      }
    }
    throw new AssertionError("no conflict of " + id + " in " + open);
  }

  @Test
  void whatAnErasedDeviceHasDoneStaysKnownWhereItDidIt() {
    UUID id = made("Shared");
    assertThat(push(phone, id, "update", task("By phone", both(1, 1)))).isEmpty();
    admin.delete("/api/devices/" + phone.id()).expect(204);

    assertThat(push(tablet, id, "update", task("By tablet", both(2, 1)))).isEmpty();
    assertThat(row(id).get("title").asText()).isEqualTo("By tablet");
    JsonNode refused = push(tablet, Ids.next(), "create", task("New", both(1, 1)));
    assertThat(refused.findValuesAsText("conflictReason").getFirst()).contains("no device");
  }

  @Test
  void aResolutionBelievesOfOtherDevicesNoMoreThanAPushDoes() {
    UUID id = made("Shared");
    admin.patch("/api/tasks/" + id, Map.of("title", "Server's")).expect(200);
    assertThat(push(tablet, id, "update", task("Mine", both(2, VectorClock.MOST)))).hasSize(1);
    JsonNode resolved = resolve(admin, id, "local").expect(200).node("resolvedEntity");

    Map<String, Long> next = new HashMap<>();
    resolved
        .get("vector_clock")
        .properties()
        .forEach(component -> next.put(component.getKey(), component.getValue().asLong()));
    assertThat(next).doesNotContainKey(phone.id()).containsEntry(tablet.id(), 2L);
    next.put(phone.id(), 1L);
    assertThat(push(phone, id, "update", task("By phone", next))).isEmpty();
    assertThat(row(id).get("title").asText()).isEqualTo("By phone");
  }

  @Test
  void whoDropsAPushOfTheirOwnDoesNotTouchWhatTheyMayNotChange() {
    SyncDevice member = SyncDevice.of(admin, "member");
    UUID id = made("Not theirs");
    Map<String, Long> clock = Map.of(tablet.id(), 1L, member.id(), 1L);
    JsonNode conflicts = push(member, id, "update", task("Theirs", clock));
    assertThat(conflicts.at("/0/conflictReason").asText()).startsWith("Rejected: you may change");
    assertThat(conflicts.at("/0/serverVersion/title").asText()).isEqualTo("Not theirs");
    assertThat(conflicts.at("/0/serverVectorClock/" + tablet.id()).asLong()).isEqualTo(1);

    resolve(member.api(), id, "local").expect(403);
    JsonNode resolved = resolve(member.api(), id, "remote").expect(200).node("resolvedEntity");
    assertThat(resolved.get("title").asText()).isEqualTo("Not theirs");
    assertThat(row(id).get("version").asLong()).isEqualTo(1);
    assertThat(row(id).get("last_modified_by").asText()).isEqualTo(tablet.user());
  }

  @Test
  void anEditThatDoesNotSayWhatItHasSeenIsNotLost() {
    UUID id = Ids.next();
    Map<String, Object> bare = Map.of("title", "Bare");
    assertThat(push(tablet, id, "create", bare)).isEmpty();
    assertThat(push(tablet, id, "create", bare)).isEmpty(); // the answer was lost
    assertThat(push(phone, id, "update", Map.of("priority", "high"))).isEmpty();
    assertThat(row(id).get("priority").asText()).isEqualTo("high");

    JsonNode refused = push(tablet, id, "delete", Map.of());
    assertThat(refused.at("/0/conflictReason").asText()).contains("vector_clock is missing");
    resolve(admin, id, "local").expect(200);
    admin.get("/api/tasks/" + id).expect(404);
    assertThat(push(tablet, id, "delete", Map.of())).isEmpty();
  }

  @Test
  void aDeviceIsKnownByItsIdAsItIsWritten() {
    Map<String, Long> shouted = Map.of(tablet.id().toUpperCase(Locale.ROOT), 1L);
    assertThat(push(tablet, Ids.next(), "create", task("Loud", shouted)).toString())
        .contains("no device of the organization");
  }

  @Test
  void textThatCannotBeStoredRefusesItsItemAlone() {
    UUID good = Ids.next();
    UUID bad = Ids.next();
    Api.Answer answer =
        tablet.pushTasks(
            List.of(
                tablet.item(bad, "create", task("half \ud83d", tablet.clock(1))),
                tablet.item(Ids.next(), "create", task("nul \u0000", tablet.clock(1))),
                tablet.item(
                    Ids.next(),
                    "create",
                    Map.of("title", "x", "custom_fields", Map.of("n", new BigDecimal("1e999")))),
                tablet.item(good, "create", task("Good", tablet.clock(1)))));
    assertThat(answer.expect(200).at("processed")).isEqualTo("4");
    assertThat(answer.node("conflicts").findValuesAsText("conflictReason"))
        .hasSize(3)
        .allMatch(reason -> reason.startsWith("Rejected: changes.tasks["));
    assertThat(row(good).get("title").asText()).isEqualTo("Good");
    resolve(admin, bad, "local").expect(422);
    resolve(admin, bad, "remote").expect(200);
  }

  @Test
  void aLostAnswerTellsOfItsConflictsAgainAndOfTheRowAsItIs() {
    UUID id = made("Before");
    admin.patch("/api/tasks/" + id, Map.of("title", "Server's")).expect(200);
    List<Map<String, Object>> items =
        List.of(
            tablet.item(id, "update", task("Mine", tablet.clock(2))),
            tablet.item(id, "update", Map.of("priority", "high", "vector_clock", tablet.clock(3))));
    assertThat(tablet.pushTasks(items).expect(200).node("conflicts")).hasSize(1);

    JsonNode again = tablet.pushTasks(items).expect(200).node("conflicts");
    assertThat(again).hasSize(1);
    assertThat(again.at("/0/conflictReason").asText()).startsWith("Concurrent modification");
    assertThat(again.at("/0/serverVersion/priority").asText()).isEqualTo("high");
    assertThat(again.at("/0/serverVectorClock/" + tablet.id()).asLong()).isEqualTo(3);
    assertThat(admin.get("/api/sync/conflicts/").expect(200).at("count")).isEqualTo("1");
  }

  @Test
  void whatIsStoredOtherwiseThanItWasPushedIsToldBack() {
    made("Before"); // so that the cursor is not 0
    long cursor = tablet.pull(0, 100).expect(200).node("timestamp").asLong();
    push(tablet, Ids.next(), "create", whole(List.of("a")));
    assertThat(tablet.pull(cursor, 100).expect(200).node("tasks")).isEmpty();

    push(tablet, Ids.next(), "create", whole(List.of(" a", "a")));
    JsonNode told = tablet.pull(cursor, 100).expect(200).node("tasks");
    assertThat(told).hasSize(1);
    assertThat(told.at("/0/tags").toString()).isEqualTo("[\"a\"]");
  }

  /// A task of which the device says all.
  private Map<String, Object> whole(List<String> tags) {
    Map<String, Object> fields = new HashMap<>(task("Tagged", tablet.clock(1)));
    fields.put("description", "");
    fields.put("status", "todo");
    fields.put("priority", "medium");
    fields.put("due_date", null);
    fields.put("position", "1000");
    fields.put("project", null);
    fields.put("assigned_to", null);
    fields.put("tags", tags);
    fields.put("custom_fields", Map.of());
    return fields;
  }

  @Test
  void moreTagsThanATaskMayHaveAreForSomebodyToDecide() {
    UUID id = made("Tagged");
    admin.patch("/api/tasks/" + id, Map.of("tags", tags("a"))).expect(200);
    Map<String, Object> mine = Map.of("tags", tags("b"), "vector_clock", tablet.clock(2));
    assertThat(push(tablet, id, "update", mine).at("/0/conflictReason").asText())
        .isEqualTo("Concurrent modification detected in tags");
    assertThat(row(id).get("tags")).hasSize(30);
  }

  private static List<String> tags(String prefix) {
    return IntStream.range(0, 30).mapToObj(i -> prefix + i).toList();
  }

  @Test
  void aReplyThatIsLetInLaterIsWhoseItWasAndWhereItWas() {
    UUID id = made("Pump");
    UUID first = Ids.next();
    UUID reply = Ids.next();
    Map<String, Object> comment = Map.of("task", id, "content", "It leaks");
    tablet.push(Map.of("comments", List.of(tablet.item(first, "create", comment)))).expect(200);
    admin.delete("/api/tasks/" + id).expect(204);
    Map<String, Object> answer = Map.of("task", id, "content", "Where?", "parent", first);
    JsonNode refused =
        phone
            .push(Map.of("comments", List.of(phone.item(reply, "create", answer))))
            .expect(200)
            .node("conflicts");
    assertThat(refused).hasSize(1);
    admin.post("/api/tasks/" + id + "/restore/").expect(200);

    JsonNode resolved = resolve(admin, reply, "local").expect(200).node("resolvedEntity");
    assertThat(resolved.get("parent").asText()).isEqualTo(first.toString());
    assertThat(resolved.get("user").asText()).isEqualTo(phone.user());
  }

  @Test
  void allEditsOfARowThatADeviceIsRefusedAreOneConflict() {
    UUID id = Ids.next();
    push(tablet, id, "create", Map.of("title", "", "vector_clock", tablet.clock(1)));
    push(tablet, id, "create", Map.of("title", " ", "vector_clock", tablet.clock(2)));
    Api.Answer open = admin.get("/api/sync/conflicts/?resolved=false").expect(200);
    assertThat(open.at("count")).isEqualTo("1");
    assertThat(open.at("results.0.local_version.title")).isEqualTo(" ");
  }

  @Test
  void aPushThatIsRefusedAsAWholeIsInTheLog() {
    tablet.push(Map.of("things", List.of())).expect(400);
    JsonNode log = admin.get("/api/sync/logs/").expect(200).node("results").get(0);
    assertThat(log.get("operation").asText()).isEqualTo("push");
    assertThat(log.get("outcome").asText()).isEqualTo("invalid_parameter");
    assertThat(log.get("device").asText()).isEqualTo(tablet.id());
  }

  /// Deletions are forgotten while a device is in the middle of what it missed, or asks from where
  /// it was before an answer that it never got.
  @Test
  void whoMayHaveMissedADeletionBeginsAnewHoweverLatelyItPulled() {
    UUID id = made("Doomed");
    made("Other");
    long old = phone.pull(0, 1).expect(200).node("timestamp").asLong();
    admin.delete("/api/tasks/" + id).expect(204);
    tombstonesExpire();
    assertThat(phone.pull(old, 1).expect(200).at("resyncRequired")).isEqualTo("true");

    long first = phone.pull(0, 1).expect(200).node("timestamp").asLong(); // and is lost
    assertThat(phone.pull(old, 1).expect(200).at("resyncRequired")).isEqualTo("true");
    assertThat(phone.pull(0, 1).expect(200).node("timestamp").asLong()).isEqualTo(first);
    assertThat(phone.pullAll(first, 1)).noneMatch(page -> page.has("resyncRequired"));
    assertThat(admin.get("/api/sync/logs/").expect(200).body().toString())
        .contains("\"outcome\":\"resync_required\"");
  }

  private void tombstonesExpire() {
    database.acrossOrganizations(handle ->
        handle.execute(
            "update task.tombstone set expires_at = now() - interval '1 day' where organization_id = ?",
            UUID.fromString(admin.get("/api/users/me/").expect(200).at("organization"))));
    admin.post("/api/sync/cleanup/", Map.of()).expect(200);
  }
}
