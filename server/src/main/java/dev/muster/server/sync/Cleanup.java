package dev.muster.server.sync;

import dev.muster.protocol.Json;
import dev.muster.server.audit.Audit;
import dev.muster.server.audit.Change;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Right;
import dev.muster.server.task.TombstoneRetention;
import jakarta.inject.Singleton;
import java.util.Map;

/// Forgets at once what the nightly and hourly jobs would forget of an organization, and nothing
/// else.
@Singleton
public final class Cleanup {
  /// How many were forgotten, or would be.
  record Counts(long tombstones, long syncLogs, long conflicts) {
    private Json.Obj told() {
      return Json.obj(
          Map.of(
              "tombstones",
              Json.of(tombstones),
              "sync_logs",
              Json.of(syncLogs),
              "conflicts",
              Json.of(conflicts)));
    }
  }

  private final Database database;
  private final TombstoneRetention tombstones;
  private final SyncLogRetention logs;
  private final ConflictRetention conflicts;
  private final Audit audit;

  Cleanup(
      Database database,
      TombstoneRetention tombstones,
      SyncLogRetention logs,
      ConflictRetention conflicts,
      Audit audit) {
    this.database = database;
    this.tombstones = tombstones;
    this.logs = logs;
    this.conflicts = conflicts;
    this.audit = audit;
  }

  /// @param dry only to count
  Counts run(Caller caller, boolean dry) {
    caller.require(Right.WRITE_SETTINGS);
    OrganizationId organization = caller.organization();
    if (dry) {
      return database.in(
          organization,
          handle -> new Counts(tombstones.due(handle), logs.due(handle), conflicts.due(handle)));
    }
    Counts counts =
        new Counts(
            tombstones.forgetOf(organization),
            logs.forgetOf(organization),
            conflicts.forgetOf(organization));
    return database.in(
        organization,
        handle -> {
          audit.record(
              handle,
              caller,
              Change.of("sync.cleaned", "organization", organization).to(counts.told()));
          return counts;
        });
  }
}
