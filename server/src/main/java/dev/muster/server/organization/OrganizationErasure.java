package dev.muster.server.organization;

import dev.muster.server.audit.Audit;
import dev.muster.server.audit.Change;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Outbox;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import jakarta.inject.Singleton;
import java.time.InstantSource;

/// The door by which an organization ends: from the commit on nobody of it is let in, on any node,
/// and [ErasureJob] deletes its rows.
@Singleton
public final class OrganizationErasure {
  private final Database database;
  private final InstantSource clock;
  private final Closings closings;
  private final Provider<Outbox> outbox;
  private final Audit audit;
  private final Iterable<OrganizationListener> listeners;

  /// The outbox knows listeners of all rooms, and they this one.
  @Inject
  OrganizationErasure(
      Database database,
      InstantSource clock,
      Closings closings,
      Provider<Outbox> outbox,
      Audit audit,
      @Any Instance<OrganizationListener> listeners) {
    this(database, clock, closings, outbox, audit, (Iterable<OrganizationListener>) listeners);
  }

  public OrganizationErasure(
      Database database,
      InstantSource clock,
      Closings closings,
      Provider<Outbox> outbox,
      Audit audit,
      Iterable<OrganizationListener> listeners) {
    this.database = database;
    this.clock = clock;
    this.closings = closings;
    this.outbox = outbox;
    this.audit = audit;
    this.listeners = listeners;
  }

  /// Closes the organization. Asked again it does nothing more.
  ///
  /// @param confirmName the name of the organization, so that nobody erases another by mistake
  /// @throws Refusal `not found`; `home_organization`; `invalid` when the name is another
  public void begin(Caller caller, OrganizationId id, String confirmName) {
    caller.require(Right.WRITE_ORGANIZATIONS);
    database.acrossOrganizations(handle -> {
      Organization organization =
          OrganizationStore.lock(handle, id).orElseThrow(() -> Refusal.notFound("organization"));
      if (organization.home()) {
        throw Refusal.of(
            ErrorCode.HOME_ORGANIZATION,
            "The first organization is the server's own and cannot be erased.");
      }
      if (!organization.name().equals(confirmName)) {
        throw Refusal.invalid("confirm_name", "must be the name of the organization, exactly");
      }
      if (organization.erasingSince() == null) {
        ErasureStore.close(handle, id, clock.instant());
        listeners.forEach(listener -> listener.closed(handle, id));
        audit.record(handle, caller, Change.of("organization.erasure_begun", "organization", id));
        outbox
            .get()
            .append(handle, caller.organization(), new OrganizationEvent.Closed(id.value()));
        handle.afterCommit(() -> closings.add(id));
      }
      return id;
    });
  }
}
