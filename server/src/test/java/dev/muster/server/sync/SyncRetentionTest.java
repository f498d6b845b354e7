package dev.muster.server.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.platform.Database;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.Settings;
import dev.muster.server.task.TombstoneRetention;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.ServerUnderTest;
import dev.muster.server.testing.SyncDevice;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
class SyncRetentionTest {
  @Inject Database database;
  @Inject Settings settings;

  private final Api admin = Api.ofNewOrganization();
  private final SyncDevice tablet = SyncDevice.of(admin, "operator");

  private void daysPass(int days) {
    Instant then = Instant.now().plus(Duration.ofDays(days));
    new SyncLogRetention(database, () -> then, settings).run();
    new ConflictRetention(database, () -> then, settings).run();
    new TombstoneRetention(database, () -> then).run();
  }

  @Test
  void logsGoAfterAMonthAndOpenConflictsStay() {
    tablet.pushTasks(List.of(tablet.item(Ids.next(), "create", Map.of()))).expect(200);
    tablet.pull(0, 10).expect(200);
    assertThat(admin.get("/api/sync/logs/").expect(200).at("count")).isEqualTo("2");
    assertThat(admin.get("/api/sync/logs/").at("results.1.conflicts")).isEqualTo("1");
    daysPass(29);
    assertThat(admin.get("/api/sync/logs/").expect(200).at("count")).isEqualTo("2");
    daysPass(31);
    assertThat(admin.get("/api/sync/logs/").expect(200).at("count")).isEqualTo("0");

    daysPass(400);
    Api.Answer conflicts = admin.get("/api/sync/conflicts/").expect(200);
    assertThat(conflicts.at("count")).isEqualTo("1");
    admin
        .post(
            "/api/sync/conflicts/" + conflicts.at("results.0.id") + "/resolve/",
            Map.of("resolution", "remote"))
        .expect(200);
    daysPass(364);
    assertThat(admin.get("/api/sync/conflicts/").expect(200).at("count")).isEqualTo("1");
    daysPass(366);
    assertThat(admin.get("/api/sync/conflicts/").expect(200).at("count")).isEqualTo("0");
  }

  @Test
  void aTombstoneGoesAfter90DaysAndItsRowIsStillDeleted() {
    UUID id = Ids.next();
    Map<String, Object> task = Map.of("title", "x", "vector_clock", tablet.clock(1));
    tablet.pushTasks(List.of(tablet.item(id, "create", task))).expect(200);
    admin.delete("/api/tasks/" + id).expect(204);
    daysPass(89);
    assertThat(tablet.pull(0, 10).expect(200).node("tombstones")).hasSize(1);
    daysPass(91);
    assertThat(tablet.pull(0, 10).expect(200).node("tombstones")).isEmpty();

    Api.Answer late = tablet.pushTasks(List.of(tablet.item(id, "create", task)));
    assertThat(late.expect(200).node("conflicts")).isEmpty();
    admin.get("/api/tasks/" + id).expect(404);
    assertThat(tablet.pull(0, 10).expect(200).node("tasks")).isEmpty();
  }
}
