package dev.muster.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.postgres.DataFolder;
import dev.muster.server.postgres.EmbeddedPostgres;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Two nodes on one PostgreSQL that is neither's own: one answers requests, the other also works.
class ClusterTest {
  private static final int DEVICES = 20;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Stage STAGE = new Stage(ClusterTest.class);

  @SuppressWarnings("NullAway.Init")
  private static EmbeddedPostgres postgres;

  @BeforeAll
  static void startPostgres() {
    ServerProcess.shareBinaries(STAGE.folder("postgres"));
    DataFolder folder = STAGE.keep(DataFolder.open(STAGE.folder("postgres")));
    postgres = STAGE.keep(EmbeddedPostgres.start(folder, 60));
  }

  @AfterAll
  static void stop() throws Exception {
    STAGE.close();
  }

  private static ServerPlan node(String name, String roles) {
    return STAGE
        .server(name)
        .flags("--database-url", postgres.jdbcUrl())
        .set("MUSTER_DATABASE_USER", postgres.user())
        .set("MUSTER_DATABASE_PASSWORD", postgres.password())
        .set("MUSTER_MASTER_KEY", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE")
        .set("MUSTER_ROLES", roles);
  }

  @Test
  void nodesShareTheWorkAndHearOfEachOther() throws Exception {
    ServerProcess one = STAGE.start(node("one", "api"));
    Rest admin = one.admin();
    List<FakeDevice> devices = changeWithoutAWorker(one, admin);
    assertThat(jobs("true")).isZero();
    assertThat(assignments(admin)).hasSize(DEVICES).containsOnly("PENDING");

    ServerProcess two = STAGE.start(node("two", "api,worker"));
    Await.until(PATIENCE, () -> assertThat(jobs("state = 'QUEUED'")).isEqualTo(DEVICES));
    Rest onTwo = Rest.anonymous(two.url());
    for (FakeDevice device : devices) {
      FakeDevice there = device.at(onTwo);
      there.report(there.pull().expect(200), 1).expect(202);
    }
    assertThat(jobs("state = 'SUCCESS'")).isEqualTo(DEVICES);
    assertThat(assignments(admin)).containsOnly("APPLIED");
    assertThat(admin.get("/api/compliance/summary/").expect(200).at("/counts/COMPLIANT").asInt())
        .isEqualTo(DEVICES);

    ringAcross(one, two, devices.getFirst());
    revokeAcross(one, two, devices.getLast());
  }

  /// Publishes, rolls back and assigns on the only node, which does no work.
  private static List<FakeDevice> changeWithoutAWorker(ServerProcess one, Rest admin) {
    admin.post("/api/policies/", Map.of("name", "kiosk", "type", "KIOSK")).expect(201);
    admin.post("/api/policies/kiosk/versions/").expect(201);
    admin.post("/api/groups/", Map.of("name", "kiosks")).expect(201);
    String token =
        admin
            .post(
                "/api/enrollment-tokens/", Map.of("max_uses", DEVICES, "groups", List.of("kiosks")))
            .expect(201)
            .path("token")
            .asText();
    List<FakeDevice> devices = new ArrayList<>();
    for (int i = 0; i < DEVICES; i++) {
      devices.add(FakeDevice.enroll(Rest.anonymous(one.url()), token, "hw-" + i));
    }
    admin.post("/api/groups/kiosks/assign-policy/kiosk/").expect(202);
    admin.post("/api/policies/kiosk/versions/").expect(201);
    admin.post("/api/policies/kiosk/rollback/1/").expect(202);
    return devices;
  }

  /// How many jobs there are, whatever policy they came from.
  private static long jobs(String condition) throws SQLException {
    try (var connection =
            DriverManager.getConnection(postgres.jdbcUrl(), "postgres", postgres.password());
        var statement = connection.createStatement();
        var rows =
            statement.executeQuery("select count(*) from policy.apply_job where " + condition)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  private static List<String> assignments(Rest admin) {
    return admin
        .get("/api/policies/kiosk/assignments/?limit=500")
        .expect(200)
        .path("results")
        .valueStream()
        .map(assignment -> assignment.path("status").asText())
        .toList();
  }

  /// A device that is connected to one node hears what is published on the other.
  private static void ringAcross(ServerProcess one, ServerProcess two, FakeDevice device) {
    try (var doorbell = new Doorbell(one.url(), device)) {
      int before = doorbell.rings();
      two.admin().post("/api/policies/kiosk/versions/").expect(201);
      Await.until(PATIENCE, () -> assertThat(doorbell.rings()).isGreaterThan(before));
    }
  }

  /// A token that is revoked on one node is refused by the other, which has it in its cache.
  private static void revokeAcross(ServerProcess one, ServerProcess two, FakeDevice device) {
    FakeDevice there = device.at(Rest.anonymous(two.url()));
    there.pull().expect(200);
    one.admin().delete("/api/devices/" + device.id() + "/token/").expect(204);
    Await.until(Duration.ofSeconds(10), () -> there.pull().expect(401));
  }
}
