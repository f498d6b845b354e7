package dev.muster.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The machine is lost, the backup is of an hour ago, and the fleet goes on.
class RestoreDrillTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int DEVICES = 20;

  private final Stage stage = new Stage(RestoreDrillTest.class);
  private final Cli cli = new Cli(stage.folder("operator"));

  @AfterEach
  void stop() throws Exception {
    stage.close();
  }

  @Test
  void theFleetConvergesByItselfAndNoVersionFallsBehindWhatADeviceHolds() throws Exception {
    ServerPlan plan = stage.server("server");
    ServerProcess server = stage.start(plan);
    Path file = startFleet(server);

    backUpWhileItIsChanged(server, file);
    FakeDevice late =
        FakeDevice.enroll(Rest.anonymous(server.url()), Files.readString(token()).strip(), "late");
    server.admin().post("/api/policies/kiosk/versions/", settings(12)).expect(201);
    Map<String, Long> held = compliantVersions(server);
    String epoch = Rest.anonymous(server.url()).get("/api/info").expect(200).path("epoch").asText();

    server.kill();
    ServerPlan again = ServerPlan.in(stage.folder("restored")).onPort(plan.port());
    aKilledRestoreIsNotTakenForADatabase(again, plan, file);
    Program restored = restore(again, plan, file);
    assertThat(restored.exitCode()).as(restored.said()).isZero();
    assertThat(restored.out()).contains("revoked", "epoch", "muster server --data");
    server = stage.start(again);

    Map<String, Long> reported = compliantVersions(server);
    assertThat(reported).hasSameSizeAs(held);
    held.forEach((device, version) -> assertThat(reported.get(device)).isGreaterThan(version));
    JsonNode info = Rest.anonymous(server.url()).get("/api/info").expect(200);
    assertThat(info.path("epoch").asText()).isNotEmpty().isNotEqualTo(epoch);
    FakeDevice strangers = late.at(Rest.anonymous(server.url()));
    strangers.pull().expect(401);
    FakeDevice.enroll(Rest.anonymous(server.url()), Files.readString(token()).strip(), "late")
        .pull()
        .expect(200);
  }

  private Path token() {
    return stage.folder("token");
  }

  private static Map<String, ?> settings(int length) {
    return Map.of("payload", Map.of("passwordMinLength", length));
  }

  /// A policy, and simulated devices that are what it says.
  ///
  /// @return where the backup is to be
  private Path startFleet(ServerProcess server) {
    cli.login(server.url(), ServerPlan.ADMIN, ServerPlan.PASSWORD).done();
    cli.run("policy", "create", "kiosk", "--type", "RESTRICTIONS").done();
    cli.run("policy", "set", "kiosk", "passwordMinLength=8").done();
    cli.run("groups", "create", "kiosks").done();
    cli.run("policy", "assign", "kiosk", "--group", "kiosks").done();
    cli.run(
            "enroll-token",
            "create",
            "--uses",
            "100",
            "--group",
            "kiosks",
            "--out",
            token().toString())
        .done();
    stage.start(
        "fleet",
        Map.of(),
        "simulate",
        "--server",
        server.url().toString(),
        "--token-file",
        token().toString(),
        "--state",
        stage.folder("fleet").resolve("state").toString(),
        "--devices",
        Integer.toString(DEVICES),
        "--offline",
        "0%",
        "--quirks",
        "0%",
        "--drift",
        "0%",
        "--interval",
        "2s");
    assertThat(compliantVersions(server)).hasSize(DEVICES);
    return stage.folder("operator").resolve("fleet.backup");
  }

  /// Takes the backup between two of many changes, none of which waits for it.
  private void backUpWhileItIsChanged(ServerProcess server, Path file) {
    Rest admin = server.admin();
    var enough = new AtomicBoolean();
    CompletableFuture<Integer> publishing =
        CompletableFuture.supplyAsync(() -> {
          int published = 0;
          while (!enough.get() || published < 5) {
            admin.post("/api/policies/kiosk/versions/", settings(6 + published++ % 4)).expect(201);
          }
          return published;
        });
    String said = cli.run("backup", file.toString()).done();
    enough.set(true);
    assertThat(said).contains("is a whole backup", "master-key");
    assertThat(publishing.join()).isGreaterThanOrEqualTo(5);
  }

  /// What each simulated device has reported, once all are what is desired of them.
  private static Map<String, Long> compliantVersions(ServerProcess server) {
    Rest admin = server.admin();
    return Await.get(
        SOON,
        () -> {
          List<JsonNode> rows =
              admin
                  .get("/api/compliance/devices/?limit=100")
                  .expect(200)
                  .path("results")
                  .valueStream()
                  .filter(row -> row.path("name").asText().startsWith("sim-"))
                  .toList();
          assertThat(rows)
              .hasSize(DEVICES)
              .allSatisfy(row -> {
                assertThat(row.path("state").asText()).isEqualTo("COMPLIANT");
                assertThat(row.path("reported_version")).isEqualTo(row.path("desired_version"));
              });
          return rows.stream()
              .collect(
                  Collectors.toMap(
                      row -> row.path("device_id").asText(),
                      row -> row.path("reported_version").asLong()));
        });
  }

  private Program restore(ServerPlan into, ServerPlan from, Path file) {
    ServerProcess.shareBinaries(into.data());
    return stage.keep(
        Program.start(
            into.folder(),
            into.environment(),
            List.of(
                "restore",
                file.toString(),
                "--data",
                into.data().toString(),
                "--master-key-file",
                from.data().resolve("master-key").toString())));
  }

  private void aKilledRestoreIsNotTakenForADatabase(ServerPlan into, ServerPlan from, Path file) {
    Program killed = restore(into, from, file);
    Await.until(
        SOON, () -> assertThat(into.data().resolve("restoring/postgres/PG_VERSION")).exists());
    killed.kill();

    Program refused = stage.keep(Program.start(into.folder(), into.environment(), into.args()));
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err()).contains("was begun and not finished", "muster restore");
  }
}
