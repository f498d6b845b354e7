package dev.muster.server.sync;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Ids;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.Race;
import dev.muster.server.testing.ServerUnderTest;
import dev.muster.server.testing.SyncDevice;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
class SyncRaceTest {
  private static final int PUSHERS = 16;
  private static final int PULLERS = 16;
  private static final int EDITORS = 4;
  private static final int PUSHES = 8;
  private static final int RACERS = 8;

  private static final List<String> DELAYED_COMMITS =
      List.of(
          """
          create function task.wait_a_while() returns trigger language plpgsql as $$
          begin
            perform pg_sleep(random() * 0.03);
            return null;
          end $$
          """,
          """
          create constraint trigger wait_a_while after insert or update on task.task
          deferrable initially deferred for each row execute function task.wait_a_while()
          """);

  @Inject Database database;

  private final Api admin = Api.ofNewOrganization();

  /// Those who pull all the while, in small pages or up to what is newest, hold everything as it is
  /// when the last change is done. Each commit waits for as long as chance has it, so that who has
  /// got its numbers first would not be the first to be seen.
  @Test
  void noPullerMissesAChangeWhoeverPushesAndEditsMeanwhile() {
    List<SyncDevice> pushers = devices(PUSHERS);
    List<SyncDevice> pullers = devices(PULLERS);
    AtomicInteger running = new AtomicInteger(PUSHERS + EDITORS);
    database.asOwner(handle -> {
      DELAYED_COMMITS.forEach(handle::execute);
      return handle;
    });
    try {
      List<Map<String, Integer>> held =
          Race.of(
              PUSHERS + EDITORS + PULLERS,
              number ->
                  number >= PUSHERS + EDITORS
                      ? () ->
                          pulled(
                              pullers.get(number - PUSHERS - EDITORS),
                              number % 2 == 0 ? 5 : 500,
                              running)
                      : () -> {
                        try {
                          return number < PUSHERS ? pushed(pushers.get(number)) : edited();
                        } finally {
                          running.decrementAndGet();
                        }
                      });
      Map<String, Integer> all = new TreeMap<>();
      held.subList(0, PUSHERS + EDITORS).forEach(all::putAll);
      assertThat(all).hasSize(PUSHERS * PUSHES * 2 + EDITORS);
      for (Map<String, Integer> one : held.subList(PUSHERS + EDITORS, held.size())) {
        assertThat(one).isEqualTo(all);
      }
    } finally {
      database.asOwner(handle -> handle.execute("drop function task.wait_a_while cascade"));
    }
  }

  /// Makes two tasks with each push, and edits them with the next.
  ///
  /// @return the versions of its tasks in the end
  private static Map<String, Integer> pushed(SyncDevice device) {
    Map<String, Integer> made = new TreeMap<>();
    List<UUID> before = List.of();
    for (int push = 0; push < PUSHES; push++) {
      List<UUID> fresh = List.of(Ids.next(), Ids.next());
      List<Map<String, Object>> items = new ArrayList<>();
      fresh.forEach(id -> items.add(item(device, id, "create", 1)));
      before.forEach(id -> items.add(item(device, id, "update", 2)));
      device.pushTasks(items).expect(200);
      fresh.forEach(id -> made.put(id.toString(), 1));
      before.forEach(id -> made.put(id.toString(), 2));
      before = fresh;
    }
    return made;
  }

  private static Map<String, Object> item(SyncDevice device, UUID id, String does, long tick) {
    return device.item(id, does, Map.of("title", does, "vector_clock", device.clock(tick)));
  }

  /// Edits a task of its own over REST.
  private Map<String, Integer> edited() {
    String id = admin.post("/api/tasks/", Map.of("title", "x")).expect(201).at("id");
    for (int edit = 0; edit < PUSHES; edit++) {
      admin.patch("/api/tasks/" + id, Map.of("title", "edit " + edit)).expect(200);
    }
    return Map.of(id, PUSHES + 1);
  }

  private static Map<String, Integer> pulled(SyncDevice device, int limit, AtomicInteger running) {
    Map<String, Integer> held = new TreeMap<>();
    long cursor = 0;
    while (true) {
      boolean last = running.get() == 0;
      JsonNode page = device.pull(cursor, limit).expect(200).body();
      page.get("tasks")
          .forEach(task -> held.put(task.get("id").asText(), task.get("version").asInt()));
      cursor = page.get("timestamp").asLong();
      if (last && !page.get("hasMore").asBoolean()) {
        return held;
      }
    }
  }

  @Test
  void manyDevicesMakeTheSameRowAndEveryEditIsKept() {
    List<SyncDevice> devices = devices(RACERS);
    UUID id = Ids.next();
    Race.times(
        RACERS,
        number -> {
          SyncDevice device = devices.get(number);
          return device
              .pushTasks(
                  List.of(
                      device.item(
                          id,
                          "create",
                          Map.of("title", "by " + number, "vector_clock", device.clock(1)))))
              .expect(200);
        });
    String first = admin.get("/api/tasks/" + id).expect(200).at("title");
    Set<String> titles = new TreeSet<>(Set.of(first));
    for (JsonNode conflict : admin.get("/api/sync/conflicts/").expect(200).node("results")) {
      titles.add(conflict.at("/local_version/title").asText());
    }
    assertThat(titles).hasSize(RACERS);
  }

  @Test
  void aConflictIsResolvedOnceWhoeverTriesAndPushesMeanwhile() {
    SyncDevice tablet = devices(1).getFirst();
    String task = admin.post("/api/tasks/", Map.of("title", "x")).expect(201).at("id");
    UUID id = UUID.fromString(task);
    Map<String, Object> mine = Map.of("title", "mine", "vector_clock", tablet.clock(1));
    tablet.pushTasks(List.of(tablet.item(id, "update", mine))).expect(200);
    String resolve =
        "/api/sync/conflicts/"
            + admin.get("/api/sync/conflicts/").expect(200).at("results.0.id")
            + "/resolve/";
    List<Integer> statuses =
        Race.times(
            8,
            number ->
                number < 4
                    ? admin.post(resolve, Map.of("resolution", "local")).status()
                    : tablet
                        .pushTasks(List.of(tablet.item(id, "update", mine)))
                        .expect(200)
                        .status());
    assertThat(statuses.subList(0, 4)).containsOnlyOnce(200).contains(409);
    assertThat(admin.get("/api/tasks/" + id).expect(200).at("title")).isEqualTo("mine");
    tablet.pushTasks(List.of(tablet.item(id, "update", mine))).expect(200);
    assertThat(admin.get("/api/sync/conflicts/?resolved=false").expect(200).at("count"))
        .isEqualTo("0");
  }

  @Test
  void peopleWhoEditOneTaskAtOnceLoseNothing() {
    String task = admin.post("/api/tasks/", Map.of("title", "x")).expect(201).at("id");
    List<Integer> statuses =
        Race.times(
            10,
            number ->
                admin
                    .patch("/api/tasks/" + task, Map.of("version", 1, "title", "by " + number))
                    .status());
    assertThat(statuses).containsOnlyOnce(200);
    assertThat(statuses).filteredOn(status -> status == 409).hasSize(9);
    Race.times(
        10,
        number ->
            admin.patch("/api/tasks/" + task, Map.of("description", "by " + number)).expect(200));
    Api.Answer after = admin.get("/api/tasks/" + task).expect(200);
    assertThat(after.at("version")).isEqualTo("12");
    assertThat(after.node("vector_clock.server").asLong()).isEqualTo(12);
    assertThat(admin.get("/api/tasks/" + task + "/history/").expect(200).body()).hasSize(12);
  }

  private List<SyncDevice> devices(int count) {
    List<SyncDevice> devices = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      devices.add(SyncDevice.of(admin, "operator"));
    }
    return devices;
  }
}
