package dev.muster.server.backup;

import dev.muster.protocol.BackupReader;
import dev.muster.protocol.Json;
import dev.muster.server.audit.Audit;
import dev.muster.server.audit.Change;
import dev.muster.server.backup.BackupStore.Table;
import dev.muster.server.compliance.RestoredReports;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Epoch;
import dev.muster.server.policy.RestoredVersions;
import dev.muster.server.session.RestoredSessions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/// Puts a backup into a database that has the backup's schema and nothing else.
public final class Restoration {
  /// What was changed after loading, beside what was loaded.
  ///
  /// @param jump by how much the versions of devices were raised
  /// @param sessions how many logins were ended
  public record Settled(Epoch epoch, long jump, int sessions) {}

  private final Database database;
  private final InstantSource clock;
  private final Audit audit;

  public Restoration(Database database, InstantSource clock, Audit audit) {
    this.database = database;
    this.clock = clock;
    this.audit = audit;
  }

  /// Loads all of it or nothing.
  ///
  /// @param backup whose next table is the first
  /// @throws IllegalStateException when the backup does not fit the schema
  public void load(BackupReader backup, Manifest manifest) {
    database.asOwner(handle -> {
      List<Table> tables = BackupStore.tables(handle);
      List<RestoreStore.ForeignKey> keys = RestoreStore.dropForeignKeys(handle, tables);
      RestoreStore.open(handle, tables);
      RestoreStore.empty(handle, tables);
      try {
        copyIn(handle, backup, tables);
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
      RestoreStore.setSequences(handle, manifest.sequences());
      RestoreStore.enforce(handle, keys);
      RestoreStore.close(handle, tables);
      return keys;
    });
  }

  /// Only tables and columns of the catalogue become part of a statement, whatever the file names.
  private static void copyIn(Handle handle, BackupReader backup, List<Table> tables)
      throws IOException {
    Map<String, Table> missing =
        tables.stream().collect(Collectors.toMap(Table::name, table -> table));
    for (BackupReader.Table next = backup.next(); next != null; next = backup.next()) {
      Table table = missing.remove(next.name());
      if (table == null || !Set.copyOf(table.columns()).equals(Set.copyOf(next.columns()))) {
        throw new IllegalStateException(
            "The backup has a table " + next.name() + " that its schema does not have so.");
      }
      RestoreStore.copyIn(handle, next.name(), next.columns(), next.rows());
    }
    if (!missing.isEmpty()) {
      throw new IllegalStateException(
          "The backup has no rows of " + String.join(", ", new TreeSet<>(missing.keySet())) + ".");
    }
  }

  /// Makes the loaded state one that devices and people can go on from; at the newest schema. To be
  /// done once: the versions rise each time.
  public Settled settle(Manifest manifest) {
    Instant now = clock.instant();
    Epoch epoch = database.asOwner(handle -> Epoch.renew(handle, now, manifest.takenAt()));
    Settled settled =
        database.acrossOrganizations(handle -> {
          long jump =
              RestoredVersions.raise(handle, Duration.between(manifest.takenAt(), now), now);
          RestoredReports.follow(handle);
          return new Settled(epoch, jump, RestoredSessions.endAll(handle));
        });
    database
        .acrossOrganizations(RestoreStore::home)
        .ifPresent(home ->
            database.in(
                home,
                handle -> {
                  audit.record(
                      handle,
                      new Caller.Server(home, "restore"),
                      Change.of("server.restored", "server", "database")
                          .to(said(manifest, settled)));
                  return home;
                }));
    database.asOwner(handle -> {
      RestoreStore.analyze(handle);
      return settled;
    });
    return settled;
  }

  private static Json.Obj said(Manifest manifest, Settled settled) {
    return new Json.Obj(
        Map.of(
            "taken_at", Json.of(manifest.takenAt().toString()),
            "epoch", Json.of(settled.epoch().id().toString()),
            "versions_raised_by", Json.of(settled.jump()),
            "sessions_ended", Json.of(settled.sessions())));
  }
}
