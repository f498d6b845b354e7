package dev.muster.server.organization;

import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.web.ClosedOrganizations;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/// The organizations whose callers this node turns away, because they are being erased. None is let
/// in again while the node runs, even when it is gone: what the node remembers of credentials may
/// outlive their rows for a while.
@Singleton
public final class Closings implements ClosedOrganizations {
  static final String TOPIC = "organization.closed";

  private final Database database;
  private final Set<OrganizationId> closed = ConcurrentHashMap.newKeySet();
  private final List<Consumer<OrganizationId>> hearers = new CopyOnWriteArrayList<>();
  private volatile boolean loaded;

  public Closings(Database database, Broadcast broadcast) {
    this.database = database;
    broadcast.listen(
        TOPIC,
        id -> Ids.parse(id).ifPresent(organization -> add(new OrganizationId(organization))));
    broadcast.onReset(this::load);
  }

  @Override
  public void requireOpen(OrganizationId organization) {
    if (!loaded) {
      load();
    }
    if (closed.contains(organization)) {
      throw Refusal.unauthenticated("The organization is being erased; nobody of it is let in.");
    }
  }

  @Override
  public boolean isKnownOpen(OrganizationId organization) {
    return loaded && !closed.contains(organization);
  }

  /// Calls `heard` on this node with each organization that is closed, at least once and after its
  /// callers are turned away here.
  public void onClosed(Consumer<OrganizationId> heard) {
    hearers.add(heard);
  }

  void add(OrganizationId organization) {
    closed.add(organization);
    hearers.forEach(heard -> heard.accept(organization));
  }

  private void load() {
    database.acrossOrganizations(ErasureStore::closed).forEach(this::add);
    loaded = true;
  }
}
