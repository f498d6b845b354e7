package dev.muster.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The worker dies while it wakes a fleet, and no device is passed over.
class WakeCrashTest {
  private static final int DEVICES = 10_000;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /// Devices that have an open job, of the version that is desired of them now.
  private static final String WOKEN =
      """
      select count(*) from policy.desired d
      join policy.apply_job j on j.device_id = d.device_id and j.state in ('QUEUED', 'RUNNING')
      where j.version = d.base + (
        select sum(p.activations) from policy.policy_set_member m
        join policy.policy p on p.id = m.policy_id where m.set_id = d.set_id)
      """;

  /// Copies rows by their names, and so knows of no columns but the keys.
  private static final String LIKE_THE_FIRST =
      """
      create temp table copy as
        select gen_random_uuid() as id, 'd' || n as handle from generate_series(1, %d) n;
      insert into device.device
        select (jsonb_populate_record(d, to_jsonb(copy))).* from device.device d, copy;
      do $$ declare one text; begin
        foreach one in array array['device.group_member', 'policy.desired', 'compliance.actual'] loop
          execute format(
            'insert into %%s select (jsonb_populate_record(t, jsonb_build_object(''device_id'', copy.id))).*
             from %%s t, copy', one, one);
        end loop;
      end $$;
      analyze
      """;

  private final Stage stage = new Stage(WakeCrashTest.class);

  @AfterEach
  void stop() throws Exception {
    stage.close();
  }

  @Test
  void everyDeviceGetsItsJobThoughTheWorkerIsKilled() throws Exception {
    long seed = Long.getLong("muster.e2e.seed", System.nanoTime());
    System.out.println("WakeCrashTest runs with -Dmuster.e2e.seed=" + seed);
    var random = new Random(seed);
    ServerPlan plan = stage.server("server").set("MUSTER_WAKE_CHUNK", "100");
    ServerProcess server = stage.start(plan);
    register(server);

    server.admin().post("/api/policies/kiosk/versions/").expect(201);
    awaitWoken(server, 1 + random.nextInt(8_000));
    server.kill();
    server = stage.start(plan);

    awaitWoken(server, DEVICES);
    ServerProcess last = server;
    Await.until(
        PATIENCE, () -> assertThat(last.count("select count(*) from policy.wake")).isZero());
    assertThat(server.count("select count(*) from policy.apply_job")).isEqualTo(DEVICES);
    assertThat(server.count("select count(distinct version) from policy.apply_job")).isEqualTo(1);
  }

  private static void awaitWoken(ServerProcess server, int devices) {
    Await.until(PATIENCE, () -> assertThat(server.count(WOKEN)).isGreaterThanOrEqualTo(devices));
  }

  /// Registers one device in a group that has a policy, and makes the others after its model: by
  /// the door they would take longer than all of the test.
  private static void register(ServerProcess server) throws Exception {
    Rest admin = server.admin();
    admin.post("/api/policies/", Map.of("name", "kiosk", "type", "KIOSK")).expect(201);
    admin.post("/api/policies/kiosk/versions/").expect(201);
    admin.post("/api/groups/", Map.of("name", "kiosks")).expect(201);
    admin.post("/api/groups/kiosks/assign-policy/kiosk/").expect(202);
    Map<String, ?> device = Map.of("name", "model", "device_id", "d0", "groups", List.of("kiosks"));
    admin.post("/api/devices/", device).expect(201);
    try (Connection connection = server.sql();
        Statement statement = connection.createStatement()) {
      statement.execute(LIKE_THE_FIRST.formatted(DEVICES - 1));
    }
  }
}
