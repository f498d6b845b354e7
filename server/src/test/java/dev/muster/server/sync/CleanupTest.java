package dev.muster.server.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.platform.Database;
import dev.muster.server.platform.Ids;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.ServerUnderTest;
import dev.muster.server.testing.SyncDevice;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
class CleanupTest {
  @Inject Database database;

  private final Api admin = Api.ofNewOrganization();

  /// An organization with a tombstone, a row of the log, a resolved conflict and an open one, all
  /// of them long ago.
  private void old(Api admin) {
    SyncDevice tablet = SyncDevice.of(admin, "operator");
    String task = admin.post("/api/tasks/", Map.of("title", "x")).expect(201).at("id");
    admin.delete("/api/tasks/" + task).expect(204);
    tablet
        .pushTasks(
            List.of(
                tablet.item(Ids.next(), "create", Map.of()),
                tablet.item(Ids.next(), "create", Map.of())))
        .expect(200);
    String conflict = admin.get("/api/sync/conflicts/").expect(200).at("results.0.id");
    admin
        .post("/api/sync/conflicts/" + conflict + "/resolve/", Map.of("resolution", "remote"))
        .expect(200);
    String organization = admin.get("/api/users/me/").at("organization");
    for (String aged :
        List.of(
            "task.tombstone set expires_at = expires_at",
            "sync.log set created_at = created_at",
            "sync.conflict set created_at = created_at",
            "sync.conflict set resolved_at = resolved_at")) {
      database.acrossOrganizations(handle ->
          handle.execute(
              "update " + aged + " - interval '400 days' where organization_id = cast(? as uuid)",
              organization));
    }
  }

  private static List<String> counts(Api.Answer answer) {
    return List.of(answer.at("tombstones"), answer.at("syncLogs"), answer.at("conflicts"));
  }

  @Test
  void whatIsKeptNoLongerGoesAtOnceAndOnlyThat() {
    old(admin);
    admin.delete("/api/tasks/" + admin.post("/api/tasks/", Map.of("title", "y")).at("id"));

    Api.Answer counted = admin.post("/api/sync/cleanup/", Map.of("dryRun", true)).expect(200);
    assertThat(counts(counted)).containsExactly("1", "1", "1");
    assertThat(counted.at("dryRun")).isEqualTo("true");
    assertThat(admin.get("/api/sync/logs/").at("count")).isEqualTo("1");

    Api.Answer done = admin.post("/api/sync/cleanup/").expect(200);
    assertThat(counts(done)).containsExactly("1", "1", "1");
    assertThat(done.at("dryRun")).isEqualTo("false");
    assertThat(admin.get("/api/sync/logs/").at("count")).isEqualTo("0");
    assertThat(admin.get("/api/sync/conflicts/?resolved=false").at("count")).isEqualTo("1");
    assertThat(admin.get("/api/sync/conflicts/").at("count")).isEqualTo("1");
    assertThat(SyncDevice.of(admin, "viewer").pull(0, 10).node("tombstones")).hasSize(1);

    assertThat(counts(admin.post("/api/sync/cleanup/").expect(200))).containsExactly("0", "0", "0");
  }

  @Test
  void anotherOrganizationKeepsWhatItHas() {
    old(admin);

    Api.Answer done = Api.ofNewOrganization().post("/api/sync/cleanup/").expect(200);

    assertThat(counts(done)).containsExactly("0", "0", "0");
    assertThat(counts(admin.post("/api/sync/cleanup/").expect(200))).containsExactly("1", "1", "1");
  }

  @Test
  void onlyAdminsMay() {
    Api.Answer refused = admin.newUser("operator").post("/api/sync/cleanup/").expect(403);
    assertThat(refused.at("code")).isEqualTo("forbidden");
  }
}
