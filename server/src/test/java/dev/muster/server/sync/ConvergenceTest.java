package dev.muster.server.sync;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.ServerUnderTest;
import dev.muster.server.testing.SyncDevice;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// Random histories of a few devices and people over HTTP: whatever happens on the way, in the end
/// all hold the same, and every edit that was acknowledged is to be found.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
class ConvergenceTest {
  /// More of them take `-Dtest.sync-histories=1000`.
  private static final int HISTORIES = Integer.getInteger("test.sync-histories", 10);

  private static final int STEPS = 40;

  @Test
  void allHoldTheSameInTheEndAndNoAcknowledgedEditIsLost() {
    Api admin = Api.ofNewOrganization();
    List<SyncDevice> devices = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      devices.add(SyncDevice.of(admin, "operator"));
    }
    long begin = System.nanoTime();
    for (int i = 0; i < HISTORIES; i++) {
      long seed = begin + i;
      try {
        history(admin, devices, new Random(seed));
      } catch (AssertionError broken) {
        throw new AssertionError("seed " + seed, broken);
      }
    }
  }

  private static void history(Api admin, List<SyncDevice> devices, Random random) {
    List<FakeReplica> replicas = new ArrayList<>();
    int count = 2 + random.nextInt(devices.size() - 1);
    for (SyncDevice device : devices.subList(0, count)) {
      FakeReplica replica = new FakeReplica(device, random);
      replica.sync(true);
      replicas.add(replica);
    }
    for (int step = 0; step < STEPS; step++) {
      FakeReplica replica = replicas.get(random.nextInt(count));
      switch (random.nextInt(12)) {
        case 0 -> replica.create();
        case 1, 2, 3, 4 -> replica.edit();
        case 5 -> replica.delete();
        case 6, 7, 8, 9 -> replica.sync(false);
        default -> online(replica, random);
      }
    }
    // twice: what the first ones have pushed, the last ones have pulled, and the other way round
    replicas.forEach(replica -> replica.sync(true));
    replicas.forEach(replica -> replica.sync(true));

    Map<UUID, Map<String, Object>> server = new TreeMap<>();
    for (JsonNode task : admin.get("/api/tasks/?limit=500").expect(200).node("results")) {
      server.put(UUID.fromString(task.get("id").asText()), FakeReplica.row(task));
    }
    for (FakeReplica replica : replicas) {
      assertThat(completed(replica.rows())).isEqualTo(completed(server));
    }
    String kept = everythingKept(admin, replicas);
    for (FakeReplica replica : replicas) {
      replica.acknowledged().forEach(title -> assertThat(kept).contains(title));
    }
    for (UUID id : server.keySet()) {
      admin.delete("/api/tasks/" + id).expect(204);
    }
  }

  /// Somebody edits in the browser what their device has seen.
  private static void online(FakeReplica replica, Random random) {
    List<UUID> ids = List.copyOf(replica.rows().keySet());
    if (ids.isEmpty()) {
      return;
    }
    String task = "/api/tasks/" + ids.get(random.nextInt(ids.size()));
    int status =
        switch (random.nextInt(4)) {
          case 0 -> replica.device().api().delete(task).status();
          case 1 -> replica.device().api().post(task + "/restore/").status();
          case 2 -> replica.device().api().patch(task, Map.of("tags", List.of("online"))).status();
          default -> replica.device().api().patch(task, Map.of("priority", "urgent")).status();
        };
    assertThat(status).isIn(200, 204, 404, 409);
  }

  /// A field that a device has never been told is missing in its copy.
  private static Map<UUID, Map<String, Object>> completed(Map<UUID, Map<String, Object>> rows) {
    Map<UUID, Map<String, Object>> all = new TreeMap<>();
    rows.forEach((id, row) -> {
      Map<String, Object> copy = new TreeMap<>(row);
      copy.putIfAbsent("completed_at", null);
      all.put(id, copy);
    });
    return all;
  }

  private static String everythingKept(Api admin, List<FakeReplica> replicas) {
    StringBuilder kept = new StringBuilder();
    for (int offset = 0; ; offset += 500) {
      Api.Answer page = admin.get("/api/sync/conflicts/?limit=500&offset=" + offset).expect(200);
      kept.append(page.text());
      if (page.node("next").isNull()) {
        break;
      }
    }
    replicas.forEach(replica ->
        replica
            .ever()
            .forEach(id -> {
              Api.Answer history = admin.get("/api/tasks/" + id + "/history/");
              kept.append(history.status() == 200 ? history.text() : "");
            }));
    return kept.toString();
  }
}
