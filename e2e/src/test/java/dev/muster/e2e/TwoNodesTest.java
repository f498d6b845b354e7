package dev.muster.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.muster.server.postgres.DataFolder;
import dev.muster.server.postgres.EmbeddedPostgres;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What is taken away on one node is gone on the other, within the times that are promised, and
/// what the cluster does once is done once. Both nodes are started at the same moment on an empty
/// database.
class TwoNodesTest {
  /// What operations.md promises of a node that hears no broadcast; one that does is far quicker.
  private static final Duration SESSION_ENDS = Duration.ofSeconds(10);

  private static final Duration SECRET_ENDS = Duration.ofSeconds(60);
  private static final Stage STAGE = new Stage(TwoNodesTest.class);

  @SuppressWarnings("NullAway.Init")
  private static URI one;

  @SuppressWarnings("NullAway.Init")
  private static URI two;

  @BeforeAll
  static void startBothAtOnce() throws Exception {
    ServerProcess.shareBinaries(STAGE.folder("postgres"));
    DataFolder folder = STAGE.keep(DataFolder.open(STAGE.folder("postgres")));
    EmbeddedPostgres postgres = STAGE.keep(EmbeddedPostgres.start(folder, 60));
    try (var threads = Executors.newFixedThreadPool(2)) {
      List<Future<ServerProcess>> nodes =
          threads.invokeAll(List.of(starting("one", postgres), starting("two", postgres)));
      one = nodes.getFirst().get().url();
      two = nodes.getLast().get().url();
    }
  }

  private static Callable<ServerProcess> starting(String name, EmbeddedPostgres postgres) {
    ServerPlan plan =
        STAGE
            .server(name)
            .flags("--database-url", postgres.jdbcUrl())
            .set("MUSTER_DATABASE_USER", postgres.user())
            .set("MUSTER_DATABASE_PASSWORD", postgres.password())
            .set("MUSTER_MASTER_KEY", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE");
    return () -> STAGE.start(plan);
  }

  @AfterAll
  static void stop() throws Exception {
    STAGE.close();
  }

  private static Rest admin(URI node) {
    return Rest.login(node, ServerPlan.ADMIN, ServerPlan.PASSWORD);
  }

  /// The same caller on the other node.
  private static Rest on(URI node, Rest caller) {
    return Rest.anonymous(node).as(caller.credential().orElseThrow());
  }

  @Test
  void aLoginOnOneNodeIsGoodOnBothUntilItEnds() {
    JsonNode login =
        Rest.anonymous(one)
            .post(
                "/api/auth/login/",
                Map.of("email", ServerPlan.ADMIN, "password", ServerPlan.PASSWORD))
            .expect(200);
    Rest there = Rest.anonymous(two).as(login.path("access").asText());
    there.get("/api/users/me/").expect(200);

    on(one, there)
        .post("/api/auth/logout/", Map.of("refresh", login.path("refresh").asText()))
        .expect(204);

    Await.until(SESSION_ENDS, () -> there.get("/api/users/me/").expect(401));
  }

  @Test
  void aRevokedKeyIsRefusedByBoth() {
    Rest admin = admin(one);
    JsonNode key =
        admin.post("/api/keys/", Map.of("name", "ci", "scopes", List.of("read"))).expect(201);
    Rest there = Rest.anonymous(two).as(key.path("key").asText());
    there.get("/api/devices/").expect(200);

    admin.delete("/api/keys/" + key.path("id").asText() + "/").expect(204);

    on(one, there).get("/api/devices/").expect(401);
    Await.until(SECRET_ENDS, () -> there.get("/api/devices/").expect(401));
  }

  @Test
  void aNewSigningKeyLogsNobodyOut() {
    Rest before = admin(one);
    before.post("/api/auth/signing-keys/rotate/").expect(201);
    Rest after = admin(one);

    for (URI node : List.of(one, two)) {
      on(node, before).get("/api/users/me/").expect(200);
      on(node, after).get("/api/users/me/").expect(200);
    }
  }

  /// Both nodes seal the log of both nodes' changes.
  @Test
  void theLogOfChangesIsSealedOnce() {
    Rest here = admin(one);
    Rest there = admin(two);
    for (int i = 0; i < 20; i++) {
      here.post("/api/groups/", Map.of("name", "one-" + i)).expect(201);
      there.post("/api/groups/", Map.of("name", "two-" + i)).expect(201);
    }
    Await.until(
        Duration.ofSeconds(20),
        () -> {
          JsonNode log = here.get("/api/audit/verify/").expect(200);
          assertThat(log.path("problems")).isEmpty();
          assertThat(log.path("intact").asBoolean()).isTrue();
          assertThat(log.path("unsealed").asInt()).isZero();
          assertThat(log.path("head").path("position")).isEqualTo(log.path("entries"));
        });
  }

  @Test
  void theFirstStartOfTwoNodesIsOneFirstStart() {
    assertThat(admin(two).get("/api/organizations/").expect(200).path("count").asInt()).isOne();
  }
}
