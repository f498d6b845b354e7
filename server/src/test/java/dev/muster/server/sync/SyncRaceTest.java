package dev.muster.server.sync;

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
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
class SyncRaceTest {
  private static final int PUSHERS = 8;
  private static final int PULLERS = 8;
  private static final int PUSHES = 12;

  private final Api admin = Api.ofNewOrganization();

  /// Those who pull all the while, with small pages, have seen everything when the last push is
  /// done.
  @Test
  void noPullerMissesARowWhoeverPushesMeanwhile() {
    List<SyncDevice> pushers = devices(PUSHERS);
    List<SyncDevice> pullers = devices(PULLERS);
    AtomicInteger running = new AtomicInteger(PUSHERS);
    List<Set<String>> seen =
        Race.of(
            PUSHERS + PULLERS,
            number ->
                number < PUSHERS
                    ? () -> {
                      try {
                        return pushed(pushers.get(number));
                      } finally {
                        running.decrementAndGet();
                      }
                    }
                    : () -> pulled(pullers.get(number - PUSHERS), running));
    Set<String> all = new TreeSet<>();
    seen.subList(0, PUSHERS).forEach(all::addAll);
    assertThat(all).hasSize(PUSHERS * PUSHES * 3);
    for (Set<String> one : seen.subList(PUSHERS, seen.size())) {
      assertThat(one).isEqualTo(all);
    }
  }

  private static Set<String> pushed(SyncDevice device) {
    Set<String> made = new TreeSet<>();
    for (int push = 0; push < PUSHES; push++) {
      List<Map<String, Object>> items = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        UUID id = Ids.next();
        made.add(id.toString());
        items.add(device.item(id, "create", Map.of("title", "x", "vector_clock", device.clock(1))));
      }
      device.pushTasks(items).expect(200);
    }
    return made;
  }

  private static Set<String> pulled(SyncDevice device, AtomicInteger running) {
    Set<String> seen = new TreeSet<>();
    long cursor = 0;
    while (true) {
      boolean last = running.get() == 0;
      JsonNode page = device.pull(cursor, 5).expect(200).body();
      page.get("tasks").forEach(task -> seen.add(task.get("id").asText()));
      cursor = page.get("timestamp").asLong();
      if (last && !page.get("hasMore").asBoolean()) {
        return seen;
      }
    }
  }

  @Test
  void manyDevicesMakeTheSameRowAndEveryEditIsKept() {
    List<SyncDevice> devices = devices(PUSHERS);
    UUID id = Ids.next();
    Race.times(
        PUSHERS,
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
      titles.add(conflict.at("/local_version/data/title").asText());
    }
    assertThat(titles).hasSize(PUSHERS);
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
