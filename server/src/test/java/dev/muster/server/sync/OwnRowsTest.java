package dev.muster.server.sync;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.muster.server.platform.Ids;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.ServerUnderTest;
import dev.muster.server.testing.SyncDevice;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// What a device is told of the rows that it has pushed itself.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
class OwnRowsTest {
  private final Api admin = Api.ofNewOrganization();
  private final SyncDevice tablet = SyncDevice.of(admin, "operator");

  private void push(UUID task, long own, Map<String, Object> fields) {
    Map<String, Object> data = new HashMap<>(fields);
    data.put("vector_clock", tablet.clock(own));
    assertThat(
            tablet
                .pushTasks(List.of(tablet.item(task, "update", data)))
                .expect(200)
                .node("conflicts"))
        .isEmpty();
  }

  private long cursor() {
    return tablet.pull(0, 500).expect(200).node("timestamp").asLong();
  }

  @Test
  void whatTheServerAddedIsToldThoughTheDeviceHasPushedAgainSince() {
    UUID task = Ids.next();
    push(task, 1, Map.of("title", "Pump"));
    long cursor = cursor();
    push(task, 2, Map.of("title", "Pump", "status", "done"));
    push(task, 3, Map.of("title", "Seal", "status", "done"));

    JsonNode told = tablet.pull(cursor, 500).expect(200).node("tasks");

    assertThat(told).hasSize(1);
    assertThat(told.get(0).get("completed_at").isNull()).isFalse();
  }

  @Test
  void fieldsThatTheDeviceHasNeverSentAreToldThoughItHasPushedAgainSince() {
    long cursor = cursor();
    UUID task = Ids.next();
    push(task, 1, Map.of("title", "Pump"));
    push(task, 2, Map.of("title", "Seal"));

    assertThat(tablet.pull(cursor, 500).expect(200).node("tasks")).hasSize(1);
  }
}
