package dev.muster.server.organization;

import dev.muster.server.audit.Audit;
import dev.muster.server.audit.Change;
import dev.muster.server.organization.ErasureStore.Erasing;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.RecurringJob;
import io.quarkus.logging.Log;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/// Deletes all rows of the organizations that are closed, some in each transaction. What a run has
/// deleted stays deleted when it is killed, and the next one goes on.
///
/// Requests that were let in before the organization was closed may still write. So the row of the
/// organization itself goes last, some time after the closing and in a transaction that has found
/// every table empty; until then whatever comes in late is deleted by the next run.
@Singleton
public final class ErasureJob implements RecurringJob {
  /// Longer than any request runs: its statements, waits and transactions all have shorter limits.
  static final Duration LATE_WRITERS = Duration.ofMinutes(2);

  private static final int CHUNK = 2_000;

  private final Database database;
  private final InstantSource clock;
  private final Audit audit;
  private final int chunk;

  @Inject
  ErasureJob(Database database, InstantSource clock, Audit audit) {
    this(database, clock, audit, CHUNK);
  }

  ErasureJob(Database database, InstantSource clock, Audit audit, int chunk) {
    this.database = database;
    this.clock = clock;
    this.audit = audit;
    this.chunk = chunk;
  }

  @Override
  public String name() {
    return "erase-organizations";
  }

  @Override
  public JobClass jobClass() {
    return JobClass.MAINTAIN;
  }

  @Override
  public Duration every() {
    return Duration.ofSeconds(5);
  }

  @Override
  public void run() {
    for (OrganizationId organization : database.acrossOrganizations(ErasureStore::closed)) {
      try {
        erase(organization);
      } catch (RuntimeException failure) {
        Log.errorf(failure, "Organization %s could not be erased yet", organization);
      }
    }
  }

  private void erase(OrganizationId organization) {
    while (step(organization)) {
      if (Thread.currentThread().isInterrupted()) {
        return;
      }
    }
    finish(organization);
  }

  /// Deletes the next rows. False when there were none.
  boolean step(OrganizationId organization) {
    return database.acrossOrganizations(handle -> {
      TenantTables tables = ErasureStore.tables(handle);
      Optional<Erasing> erasing = ErasureStore.find(handle, organization);
      if (erasing.isPresent() && erasing.get().toErase() == null) {
        ErasureStore.expect(handle, organization, count(handle, organization));
      }
      // each time: who was let in before the closing may have attached again
      tables
          .detachments()
          .forEach(reference -> ErasureStore.detach(handle, organization, reference));
      for (String table : tables.tables()) {
        if (ErasureStore.delete(handle, organization, table, chunk) > 0) {
          return true;
        }
      }
      return false;
    });
  }

  private static long count(Handle handle, OrganizationId organization) {
    return ErasureStore.allTables(handle).stream()
        .mapToLong(table -> ErasureStore.count(handle, organization, table))
        .sum();
  }

  private void finish(OrganizationId organization) {
    boolean gone =
        database.acrossOrganizations(handle -> {
          Erasing erasing = ErasureStore.find(handle, organization).orElse(null);
          if (erasing == null || clock.instant().isBefore(erasing.since().plus(LATE_WRITERS))) {
            return false;
          }
          eraseLog(handle, organization);
          List<String> left =
              ErasureStore.allTables(handle).stream()
                  .filter(table -> ErasureStore.count(handle, organization, table) > 0)
                  .toList();
          if (!left.isEmpty()) {
            Log.infof("Organization %s still has rows in %s", organization, left);
            return false;
          }
          ErasureStore.deleteOrganization(handle, organization);
          tell(handle, organization);
          return true;
        });
    if (gone) {
      Log.infof("Organization %s is erased", organization);
    }
  }

  /// The log of an organization goes at the end, all at once.
  private void eraseLog(Handle handle, OrganizationId organization) {
    audit.eraseOrganization(handle, organization);
  }

  /// In the log of the first organization, whose admins asked for it.
  private void tell(Handle handle, OrganizationId organization) {
    OrganizationId home = OrganizationStore.findHome(handle).orElseThrow().id();
    audit.record(
        handle,
        new Caller.Server(home, name()),
        Change.of("organization.erased", "organization", organization));
  }
}
