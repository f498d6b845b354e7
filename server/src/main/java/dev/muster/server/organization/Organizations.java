package dev.muster.server.organization;

import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Right;
import dev.muster.server.platform.Slice;
import io.quarkus.arc.All;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/// The door to the tenants.
@Singleton
public final class Organizations {
  private final Database database;
  private final InstantSource clock;
  private final List<OrganizationListener> listeners;

  public Organizations(
      Database database, InstantSource clock, @All List<OrganizationListener> listeners) {
    this.database = database;
    this.clock = clock;
    this.listeners = List.copyOf(listeners);
  }

  /// Makes an organization and whatever the listeners give it, in the transaction of `handle`,
  /// which must have been opened for `id`: nobody could log in to an organization without a user,
  /// so it is made together with one, by a lower room.
  public Organization create(Handle handle, Caller caller, OrganizationId id, String name) {
    caller.require(Right.WRITE_ORGANIZATIONS);
    return insert(handle, id, name, false).orElseThrow();
  }

  /// The same for the organization that the first start of the server makes. Empty when another
  /// node has made it.
  public Optional<Organization> createHome(Handle handle, OrganizationId id, String name) {
    return insert(handle, id, name, true);
  }

  private Optional<Organization> insert(
      Handle handle, OrganizationId id, String name, boolean home) {
    Optional<Organization> organization =
        OrganizationStore.insert(handle, id, name, home, clock.instant());
    if (organization.isPresent()) {
      listeners.forEach(listener -> listener.created(handle, id));
    }
    return organization;
  }

  /// All organizations, oldest first.
  public Slice<Organization> list(Caller caller, int limit, int offset) {
    caller.require(Right.WRITE_ORGANIZATIONS);
    return database.acrossOrganizations(handle ->
        new Slice<>(
            OrganizationStore.count(handle), OrganizationStore.page(handle, limit, offset)));
  }

  /// For rooms that hold the id, from a caller or a row of theirs.
  public Optional<Organization> find(OrganizationId id) {
    return database.in(id, handle -> OrganizationStore.find(handle, id));
  }

  /// The first organization; absent only before the first start has made it.
  public Optional<Organization> home() {
    return database.acrossOrganizations(OrganizationStore::findHome);
  }
}
