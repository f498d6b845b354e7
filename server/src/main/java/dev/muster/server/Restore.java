package dev.muster.server;

import dev.muster.protocol.BackupReader;
import dev.muster.server.audit.Audit;
import dev.muster.server.backup.Manifest;
import dev.muster.server.backup.Restoration;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.DatabasePool;
import dev.muster.server.platform.MasterKey;
import dev.muster.server.platform.Migrations;
import dev.muster.server.platform.Settings;
import dev.muster.server.postgres.DataFolder;
import dev.muster.server.postgres.EmbeddedPostgres;
import dev.muster.server.postgres.RestoringFolder;
import io.agroal.api.AgroalDataSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Makes a data folder of a backup. Until all of it is there and checked, nothing that was in the
/// folder is touched.
///
/// @param file the backup
/// @param data the folder that a server will be started on
/// @param replace whether a database that is there may be set aside
/// @param masterKey the key by settings or flag; null to use the one that is in the folder
/// @param keepKey whether that key is to be left in the folder
record Restore(Path file, Path data, boolean replace, @Nullable String masterKey, boolean keepKey) {
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final int CONNECTIONS = 4;

  /// What has been restored.
  ///
  /// @param before where that is now which was there before
  record Done(Manifest manifest, long rows, Restoration.Settled settled, Optional<Path> before) {}

  private record Verified(Manifest manifest, long rows) {}

  /// @param progress hears sentences for the person who waits
  /// @throws IllegalStateException in words for that person, with nothing changed
  Done run(InstantSource clock, Consumer<String> progress) {
    progress.accept("Checking " + file + "…");
    Verified verified = verify();
    Manifest manifest = verified.manifest();
    try (DataFolder target = DataFolder.openToRestore(data)) {
      String key = key(target, manifest);
      if (target.hasDatabase() && !replace) {
        throw new IllegalStateException(
            target.path()
                + " holds a database already. Name another folder by --data DIR, or say --replace: the"
                + " one that is there is set aside then, and not deleted.");
      }
      progress.accept("Loading the backup of " + manifest.takenAt() + "…");
      try (RestoringFolder restoring = RestoringFolder.begin(target)) {
        Restoration.Settled settled =
            build(restoring, manifest, clock, new Audit(clock, MasterKey.of(key)));
        Optional<Path> before =
            restoring.install(
                "before-restore-" + STAMP.format(clock.instant()), keepKey ? key : null);
        return new Done(manifest, verified.rows(), settled, before);
      }
    }
  }

  private Verified verify() {
    try (BackupReader backup = open()) {
      Manifest manifest =
          Manifest.read(backup.manifest())
              .orElseThrow(() -> new IllegalStateException(file + " is of a form unknown here."));
      return new Verified(manifest, backup.verify());
    } catch (NoSuchFileException missing) {
      throw new IllegalStateException("There is no file " + file + ".", missing);
    } catch (BackupReader.Damaged damaged) {
      throw new IllegalStateException(
          file + " is not a whole backup. " + damaged.getMessage(), damaged);
    } catch (IOException failure) {
      throw new IllegalStateException(file + " cannot be read: " + failure.getMessage(), failure);
    }
  }

  private BackupReader open() throws IOException {
    return new BackupReader(Files.newInputStream(file));
  }

  private String key(DataFolder target, Manifest manifest) {
    String key =
        Optional.ofNullable(masterKey)
            .or(() -> target.findSecret("master-key"))
            .orElseThrow(() ->
                new IllegalStateException(
                    "The backup's secrets are sealed with a master key that is not in it. Name the"
                        + " file master-key of the server that it was taken from by"
                        + " --master-key-file FILE."));
    if (!MasterKey.of(key).fingerprint().equals(manifest.masterKey())) {
      throw new IllegalStateException(
          "The master key ("
              + (masterKey == null ? target.path().resolve("master-key") : "as given")
              + ") is not the one that the backup's secrets are sealed with. Name the file master-key"
              + " of the server that it was taken from by --master-key-file FILE.");
    }
    return key;
  }

  private Restoration.Settled build(
      RestoringFolder folder, Manifest manifest, InstantSource clock, Audit audit) {
    try (EmbeddedPostgres postgres = folder.startPostgres(CONNECTIONS);
        AgroalDataSource pool =
            DatabasePool.open(
                postgres.jdbcUrl(), postgres.user(), postgres.password(), new Patient())) {
      if (!Migrations.runTo(pool, CONNECTIONS, manifest.schema())) {
        throw new IllegalStateException(
            "The backup was taken by Muster "
                + manifest.server()
                + " (schema "
                + manifest.schema()
                + "), which is newer than this one ("
                + Version.text()
                + "). Restore it with that version or a newer one.");
      }
      Restoration restoration = new Restoration(new Database(pool), clock, audit);
      try (BackupReader backup = open()) {
        restoration.load(backup, manifest);
      } catch (IOException failure) {
        throw new IllegalStateException(
            file + " cannot be read any more: " + failure.getMessage(), failure);
      }
      Migrations.run(pool, CONNECTIONS);
      return restoration.settle(manifest);
    }
  }

  /// No statement takes too long here.
  private record Patient() implements Settings.Pool {
    @Override
    public int size() {
      return CONNECTIONS;
    }

    @Override
    public Duration acquireTimeout() {
      return Duration.ofMinutes(1);
    }

    @Override
    public Duration statementTimeout() {
      return Duration.ZERO;
    }

    @Override
    public Duration lockTimeout() {
      return Duration.ZERO;
    }

    @Override
    public Duration idleInTransactionTimeout() {
      return Duration.ZERO;
    }
  }
}
