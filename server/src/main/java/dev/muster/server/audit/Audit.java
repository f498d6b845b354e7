package dev.muster.server.audit;

import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import org.jdbi.v3.core.Handle;

/// The door to the log of changes.
@Singleton
public final class Audit {
  private final InstantSource clock;

  public Audit(InstantSource clock) {
    this.clock = clock;
  }

  /// Tells of a change in the organization of the caller.
  public void record(Handle handle, Caller caller, Change change) {
    record(handle, caller.organization(), caller, change);
  }

  /// Tells of a change in an organization that may be another than the caller's; the transaction
  /// must be one of that organization. Devices' own calls change nothing that belongs here.
  public void record(Handle handle, OrganizationId organization, Caller caller, Change change) {
    AuditStore.insert(handle, organization, Ids.next(), clock.instant(), caller, change);
  }
}
