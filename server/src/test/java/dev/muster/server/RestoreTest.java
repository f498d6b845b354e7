package dev.muster.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.protocol.BackupWriter;
import dev.muster.protocol.ComplianceState;
import dev.muster.protocol.Json;
import dev.muster.server.backup.BackupRoom;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Epoch;
import dev.muster.server.platform.MasterKey;
import dev.muster.server.platform.Role;
import dev.muster.server.policy.PolicyTenant;
import dev.muster.server.policy.PolicyWorld;
import dev.muster.server.postgres.DataFolder;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/// A data folder of a backup: all of it, or everything as it was.
@TestInstance(Lifecycle.PER_CLASS)
class RestoreTest {
  private static final String OTHER_KEY = "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB=";

  private final PolicyWorld world = PolicyWorld.open();
  private final PolicyTenant tenant = world.tenant();
  private final String device = tenant.device();
  private Path file;
  private long held;
  private Path data;

  @BeforeAll
  void backUp() throws IOException {
    world.sql(handle ->
        handle.execute(
            "update organization.organization set home = true where id = ?",
            tenant.organization()));
    tenant.assign(device, tenant.published(5, PolicyTenant.password(8)));
    tenant.obey(device);
    held = tenant.version(device);
    file = Files.createTempDirectory("restore").resolve("backup");
    try (OutputStream out = Files.newOutputStream(file)) {
      BackupRoom.on(world)
          .prepare(
              new Caller.Person(
                  tenant.organization(), tenant.admin().userId(), Role.ADMIN, true, false))
          .writeTo(out);
    }
  }

  @AfterAll
  void close() {
    world.close();
  }

  @BeforeEach
  void emptyFolder() throws IOException {
    data = Files.createTempDirectory(Files.createDirectories(Path.of("target/pg")), "r");
    Files.createSymbolicLink(
        data.resolve("bin"), Files.createDirectories(Path.of("target/pg/bin").toAbsolutePath()));
  }

  private Restore restore(Path backup) {
    return new Restore(backup, data, false, BackupRoom.KEY, true);
  }

  private Restore.Done run(Restore restore) {
    return restore.run(world.clock(), _ -> {});
  }

  private List<String> content() throws IOException {
    try (Stream<Path> files = Files.list(data)) {
      return files
          .map(path -> path.getFileName().toString())
          .filter(name -> !name.equals("bin") && !name.equals("muster.lock"))
          .sorted()
          .toList();
    }
  }

  private Path changed(byte[] bytes) throws IOException {
    return Files.write(file.resolveSibling("changed"), bytes);
  }

  @Test
  void aDeviceIsStaleUntilItHasPulledAndReportedAndNoVersionFallsBehind() {
    Restore.Done done = run(restore(file));

    try (RestoredServer restored = RestoredServer.on(data)) {
      PolicyTenant there =
          new PolicyTenant(restored.world(), tenant.organization(), tenant.admin());
      assertThat(there.status(device).state()).isEqualTo(ComplianceState.STALE);
      assertThat(there.version(device)).isEqualTo(held + done.settled().jump());
      assertThat(there.settings(device)).isEqualTo(tenant.settings(device));
      there.obey(device);
      assertThat(there.status(device).state()).isEqualTo(ComplianceState.COMPLIANT);
    }
  }

  @Test
  void theRestoredDatabaseIsAnotherLifeAndSaysSo() {
    Epoch before = world.sql(Epoch::read);
    Restore.Done done = run(restore(file));

    try (RestoredServer restored = RestoredServer.on(data)) {
      Epoch epoch = restored.world().sql(Epoch::read);
      assertThat(epoch.id()).isEqualTo(done.settled().epoch().id()).isNotEqualTo(before.id());
      assertThat(epoch.restoredFrom()).isEqualTo(done.manifest().takenAt());
      assertThat(
              restored
                  .world()
                  .<List<String>>sql(handle ->
                      handle
                          .createQuery("select action from audit.entry order by id")
                          .mapTo(String.class)
                          .list()))
          .endsWith("server.backed_up", "server.restored");
    }
  }

  @Test
  void aFileThatWasCutShortOrChangedIsRefusedBeforeAnythingIsTouched() throws IOException {
    byte[] whole = Files.readAllBytes(file);
    byte[] flipped = whole.clone();
    flipped[whole.length / 2] ^= 4;
    for (byte[] bytes : List.of(Arrays.copyOf(whole, whole.length - 1), flipped, new byte[0])) {
      Path damaged = changed(bytes);

      assertThatThrownBy(() -> run(restore(damaged)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("is not a whole backup");
      assertThat(content()).isEmpty();
    }
  }

  @Test
  void anotherMasterKeyOrNoneIsRefused() throws IOException {
    Restore wrong = new Restore(file, data, false, OTHER_KEY, true);
    Restore none = new Restore(file, data, false, null, false);

    assertThatThrownBy(() -> run(wrong)).hasMessageContaining("--master-key-file");
    assertThatThrownBy(() -> run(none)).hasMessageContaining("--master-key-file");
    assertThat(content()).isEmpty();
  }

  @Test
  void aBackupOfANewerServerIsRefused() throws IOException {
    Path newer = file.resolveSibling("newer");
    try (OutputStream out = Files.newOutputStream(newer)) {
      Map<String, Json> manifest =
          Map.of(
              "server", Json.of("9.9"),
              "schema", Json.of("999"),
              "taken_at", Json.of("2026-01-01T00:00:00Z"),
              "epoch", Json.of("01234567-89ab-7def-8000-000000000000"),
              "master_key", Json.of(MasterKey.of(BackupRoom.KEY).fingerprint()),
              "what_we_do_not_know", Json.of(1));
      new BackupWriter(out, new Json.Obj(manifest)).end();
    }

    assertThatThrownBy(() -> run(restore(newer)))
        .hasMessageContaining("taken by Muster 9.9")
        .hasMessageContaining("newer");
    assertThat(content()).isEmpty();
  }

  @Test
  void aDatabaseThatIsThereIsKeptAndSetAsideOnlyWhenAsked() throws IOException {
    run(restore(file));
    String password = Files.readString(data.resolve("postgres-password"));
    Files.writeString(data.resolve("admin-password"), "of before");

    assertThatThrownBy(() -> run(restore(file))).hasMessageContaining("--replace");
    assertThat(Files.readString(data.resolve("postgres-password"))).isEqualTo(password);

    Restore.Done done = run(new Restore(file, data, true, BackupRoom.KEY, true));
    Path before = done.before().orElseThrow();
    assertThat(before).isDirectoryContaining("glob:**/postgres");
    assertThat(Files.readString(before.resolve("postgres-password"))).isEqualTo(password);
    assertThat(before.resolve("admin-password")).hasContent("of before");
    assertThat(content())
        .containsExactly(
            before.getFileName().toString(), "master-key", "postgres", "postgres-password");
  }

  @Test
  void noServerStartsOnAFolderWhoseRestoreWasNotFinished() throws IOException {
    Files.createDirectories(data.resolve("restoring/postgres"));
    Files.writeString(data.resolve("restoring/postgres/PG_VERSION"), "18");

    assertThatThrownBy(() -> DataFolder.open(data))
        .hasMessageContaining("not finished")
        .hasMessageContaining("muster restore");

    run(restore(file)); // begins anew
    DataFolder.open(data).close();
  }

  @Test
  void aFolderThatAServerUsesIsRefused() {
    try (DataFolder _ = DataFolder.open(data)) {
      assertThatThrownBy(() -> run(restore(file)))
          .hasMessageContaining("Another Muster server uses the data folder");
    }
  }
}
