package dev.muster.server.backup;

import dev.muster.protocol.BackupWriter;
import dev.muster.protocol.Json;
import dev.muster.server.audit.Audit;
import dev.muster.server.audit.Change;
import dev.muster.server.backup.BackupStore.Table;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Epoch;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.MasterKey;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import dev.muster.server.platform.Settings;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jdbi.v3.core.Handle;

/// Takes backups of the database while it is used: one snapshot, row by row to whoever asked, so
/// that it takes no memory and no disk here.
@Singleton
public class Backups {
  private final Database database;
  private final InstantSource clock;
  private final Audit audit;
  private final MasterKey masterKey;
  private final Duration timeout;
  private final String version;

  Backups(
      Database database,
      InstantSource clock,
      Audit audit,
      MasterKey masterKey,
      Settings settings,
      @ConfigProperty(name = "quarkus.application.version") String version) {
    this.database = database;
    this.clock = clock;
    this.audit = audit;
    this.masterKey = masterKey;
    this.timeout = settings.backup().timeout();
    this.version = version;
  }

  /// A backup that the caller may take. It is taken when it is written.
  @FunctionalInterface
  public interface Prepared {
    /// Writes the backup, of the moment at which this is called. When it throws, what has been
    /// written is recognized as cut short.
    void writeTo(OutputStream out);
  }

  /// Refuses who may not, and puts it on record: from here on the data may leave the server. What
  /// stands in the way now is refused now, as long as there is an answer to say it in.
  public Prepared prepare(Caller caller) {
    caller.require(Right.BACK_UP);
    Instant asked = clock.instant();
    database.in(
        caller.organization(),
        handle -> {
          audit.record(
              handle,
              caller,
              Change.of("server.backed_up", "server", "database")
                  .to(new Json.Obj(Map.of("asked_at", Json.of(asked.toString())))));
          return asked;
        });
    database.snapshotAcrossOrganizations(handle -> {
      requireAlone(handle);
      BackupStore.asOwner(handle);
      return BackupStore.tables(handle);
    });
    return this::write;
  }

  private void write(OutputStream out) {
    database.snapshotAcrossOrganizations(handle -> {
      requireAlone(handle);
      BackupStore.limit(handle, timeout);
      write(handle, out);
      return timeout;
    });
  }

  private static void requireAlone(Handle handle) {
    if (!BackupStore.lock(handle)) {
      throw Refusal.of(
          ErrorCode.BACKUP_RUNNING, "Another backup is being taken. Wait until it is done.");
    }
  }

  private void write(Handle handle, OutputStream out) {
    Instant takenAt = clock.instant();
    BackupStore.asOwner(handle);
    List<Table> tables = BackupStore.tables(handle);
    BackupStore.holdSchema(handle, tables);
    Manifest manifest =
        new Manifest(
            version,
            BackupStore.schema(handle),
            takenAt,
            Epoch.read(handle).id(),
            masterKey.fingerprint(),
            BackupStore.sequences(handle));
    try {
      BackupWriter backup = new BackupWriter(out, manifest.toJson());
      for (Table table : tables) {
        backup.table(table.name(), table.columns());
        BackupStore.copyOut(handle, table, row -> write(backup, row, takenAt));
        backup.endTable();
      }
      backup.end();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /// A reader that takes too long would hold the snapshot, and with it every row that dies
  /// meanwhile.
  private void write(BackupWriter backup, byte[] row, Instant begun) throws IOException {
    backup.row(row);
    if (clock.instant().isAfter(begun.plus(timeout))) {
      throw new IOException("The backup has taken longer than muster.backup.timeout, " + timeout);
    }
  }
}
