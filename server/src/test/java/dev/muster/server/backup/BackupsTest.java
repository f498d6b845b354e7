package dev.muster.server.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.protocol.BackupReader;
import dev.muster.protocol.BackupWriter;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Migrations;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Role;
import dev.muster.server.policy.PolicyTenant;
import dev.muster.server.policy.PolicyWorld;
import dev.muster.server.testing.Audits;
import dev.muster.server.testing.TestDatabase;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/// A backup is all of one moment, and loading it gives that moment again.
@TestInstance(Lifecycle.PER_CLASS)
class BackupsTest {
  private final PolicyWorld world = PolicyWorld.open();
  private final Backups backups = BackupRoom.on(world);

  @AfterAll
  void close() {
    world.close();
  }

  private static Caller homeAdmin(PolicyTenant tenant) {
    return new Caller.Person(
        tenant.organization(), tenant.admin().userId(), Role.ADMIN, true, false);
  }

  private byte[] take(PolicyTenant tenant) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    backups.prepare(homeAdmin(tenant)).writeTo(out);
    return out.toByteArray();
  }

  /// The rows of each table, sorted.
  private static Map<String, List<String>> rows(byte[] file) throws IOException {
    Map<String, List<String>> tables = new TreeMap<>();
    try (BackupReader reader = new BackupReader(new ByteArrayInputStream(file))) {
      for (BackupReader.Table table = reader.next(); table != null; table = reader.next()) {
        List<String> rows =
            new ArrayList<>(
                new String(table.rows().readAllBytes(), StandardCharsets.UTF_8).lines().toList());
        rows.sort(null);
        tables.put(table.name(), rows);
      }
    }
    return tables;
  }

  private static Manifest manifest(byte[] file) throws IOException {
    try (BackupReader reader = new BackupReader(new ByteArrayInputStream(file))) {
      return Manifest.read(reader.manifest()).orElseThrow();
    }
  }

  private Restoration load(byte[] file, Database target) throws IOException {
    Restoration restoration = new Restoration(target, world.clock(), Audits.on(world.clock()));
    try (BackupReader reader = new BackupReader(new ByteArrayInputStream(file))) {
      restoration.load(reader, manifest(file));
    }
    return restoration;
  }

  @Test
  void whatIsLoadedIsWhatWasBackedUp() throws IOException {
    PolicyTenant tenant = world.tenant();
    String device = tenant.device();
    String policy = tenant.published(5, PolicyTenant.password(8));
    tenant.assign(device, policy);
    tenant.override(device, PolicyTenant.camera(true));
    tenant.obey(device);
    byte[] file = take(tenant);

    try (TestDatabase target = TestDatabase.create()) {
      load(file, target.database());
      ByteArrayOutputStream again = new ByteArrayOutputStream();
      BackupRoom.on(target.database(), world).prepare(homeAdmin(tenant)).writeTo(again);

      Map<String, List<String>> before = rows(file);
      Map<String, List<String>> after = rows(again.toByteArray());
      for (String table : List.of("audit.entry", "audit.unsealed")) {
        List<String> rows = Objects.requireNonNull(before.remove(table));
        assertThat(after.remove(table))
            .as(table)
            .containsAll(rows)
            .hasSize(rows.size() + 1); // of the second backup
      }
      assertThat(after).isEqualTo(before);
      assertThat(before.get("policy.desired")).isNotEmpty();
      Migrations.run(target.database().dataSource(), 5); // as it is not a new database
    }
  }

  /// A table that somebody adds is in the backup without being named here. What is left out is
  /// named; what a backup cannot hold is not there.
  @Test
  void everyTableIsInABackupButTheNamedOnes() throws IOException {
    Map<String, List<String>> backup = rows(take(world.tenant()));
    List<String> expected =
        texts(
            """
            select table_schema || '.' || table_name from information_schema.tables
            where table_type = 'BASE TABLE'
              and table_schema not in ('pg_catalog', 'information_schema', 'flyway')
            """);
    expected.removeAll(
        List.of(
            "platform.job_command",
            "platform.job_wake",
            "platform.job_maintain",
            "live.change",
            "live.horizon",
            "telemetry.heartbeat"));

    assertThat(backup.keySet()).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(texts("select relname from pg_class where relkind in ('p', 'm', 'f')"))
        .as("partitioned tables, materialized views, foreign tables: a restore does not make them")
        .containsExactly("heartbeat");
    assertThat(texts("select oid::text from pg_largeobject_metadata")).isEmpty();
  }

  private List<String> texts(String sql) {
    return world
        .testDatabase()
        .database()
        .asOwner(handle -> new ArrayList<>(handle.createQuery(sql).mapTo(String.class).list()));
  }

  @Test
  void onlyAnAdminOfTheFirstOrganizationTakesOne() {
    PolicyTenant tenant = world.tenant();
    for (Caller caller :
        List.of(
            tenant.admin(), // of another organization
            new Caller.Person(
                tenant.organization(), tenant.admin().userId(), Role.OPERATOR, true, false),
            tenant.self(tenant.device()))) {
      assertThatThrownBy(() -> backups.prepare(caller))
          .isInstanceOfSatisfying(
              Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.FORBIDDEN));
    }
  }

  /// Each backup is one moment: what is written together is in it together or not at all.
  @Test
  void aBackupAmongManyWritersIsOneMoment() throws Exception {
    PolicyTenant tenant = world.tenant();
    String policy = tenant.published(5, PolicyTenant.password(4));
    String group = tenant.group();
    tenant.assignToGroup(group, policy);
    var enough = new AtomicBoolean();
    List<byte[]> files = new ArrayList<>();
    List<Future<?>> writers = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      writers.add(
          threads.submit(() -> {
            for (int i = 0; !enough.get(); i++) {
              tenant.publish(policy, PolicyTenant.password(4 + i % 8));
            }
          }));
      for (int writer = 0; writer < 4; writer++) {
        writers.add(
            threads.submit(() -> {
              while (!enough.get()) {
                String device = tenant.device();
                tenant.join(group, device);
                tenant.override(device, PolicyTenant.camera(true));
                tenant.obey(device);
              }
            }));
      }
      for (int i = 0; i < 3; i++) {
        files.add(take(tenant));
      }
      enough.set(true);
      for (Future<?> writer : writers) {
        writer.get();
      }
    }
    for (byte[] file : files) {
      try (TestDatabase target = TestDatabase.create()) {
        load(file, target.database());
        assertThat(target.database().<List<String>>acrossOrganizations(BackupsTest::contradictions))
            .isEmpty();
      }
    }
  }

  /// What cannot be at one moment, by name.
  private static List<String> contradictions(Handle handle) {
    return handle
        .createQuery(
            """
            select 'activations of ' || p.id from policy.policy p
            where p.activations <> (select count(*) from policy.activation a where a.policy_id = p.id)
            union all
            select 'current version of ' || p.id from policy.policy p
            where p.current_version_id is distinct from (
              select a.version_id from policy.activation a where a.policy_id = p.id
              order by a.sequence desc limit 1)
            union all
            select 'tally of ' || organization_id from device.tally t
            group by organization_id
            having sum(devices) <> (select count(*) from device.device d where d.organization_id = t.organization_id)
            union all
            select 'nothing desired of ' || d.id from device.device d
            where not exists (select from policy.desired s where s.device_id = d.id)
            union all
            select 'history of ' || s.device_id from policy.desired s
            where not exists (
              select from policy.desired_change c
              where c.device_id = s.device_id and c.base = s.base and c.set_id = s.set_id)
            union all
            select 'lag of ' || a.device_id from compliance.actual a
            join policy.desired s on s.device_id = a.device_id
            where a.lag <> a.reported_version - s.base
               or (a.lag is null) <> (a.report_id is null)
               or a.set_id <> s.set_id or a.override_hash <> s.override_hash
            """)
        .mapTo(String.class)
        .list();
  }

  @Test
  void whatWasLoadedIsProtectedAsBefore() throws IOException {
    PolicyTenant tenant = world.tenant();
    tenant.published(5, PolicyTenant.password(4));
    byte[] file = take(tenant);
    try (TestDatabase target = TestDatabase.create()) {
      String keys = "select count(*) from pg_constraint where contype = 'f' and convalidated";
      String triggers =
          "select count(*) from pg_trigger where tgenabled = 'O' and not tgisinternal";
      String forced = "select count(*) from pg_class where relforcerowsecurity";
      for (String count : List.of(keys, triggers, forced)) {
        int before = target.database().<Integer>asOwner(handle -> number(handle, count));
        load(file, target.database());
        assertThat(target.database().<Integer>asOwner(handle -> number(handle, count)))
            .isEqualTo(before)
            .isPositive();
      }
      assertThatThrownBy(() ->
              target
                  .database()
                  .acrossOrganizations(
                      handle -> handle.execute("update policy.version set comment = 'x'")))
          .hasMessageContaining("never changed");
    }
  }

  private static int number(Handle handle, String sql) {
    return handle.createQuery(sql).mapTo(Integer.class).one();
  }

  @Test
  void aBackupWithoutATableLoadsNothing() throws IOException {
    PolicyTenant tenant = world.tenant();
    try (TestDatabase target = TestDatabase.create()) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      BackupWriter writer = new BackupWriter(out, manifest(take(tenant)).toJson());
      writer.end();
      assertThatThrownBy(() -> load(out.toByteArray(), target.database()))
          .hasMessageContaining("has no rows of action.action");
      assertThat(
              target
                  .database()
                  .<Integer>asOwner(
                      handle -> number(handle, "select count(*) from platform.epoch")))
          .isEqualTo(1);
    }
  }
}
