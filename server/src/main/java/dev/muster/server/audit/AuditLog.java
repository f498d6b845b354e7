package dev.muster.server.audit;

import dev.muster.server.audit.AuditSearch.Cursor;
import dev.muster.server.audit.AuditSearch.Found;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.MasterKey;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Right;
import io.quarkus.arc.All;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The door by which the log is read and verified. It is written by [Audit].
@Singleton
public final class AuditLog {
  /// An entry with the name of its actor, as far as that is known, and its place in the chain.
  record Named(Found found, @Nullable String actor) {
    Entry entry() {
      return found.stored().entry();
    }

    /// Where a page that ends here goes on.
    Cursor cursor() {
      return new Cursor(entry().at(), entry().id());
    }
  }

  /// @param more whether there are older entries that match
  record Page(List<Named> entries, boolean more) {}

  private final Database database;
  private final Seals seals;
  private final List<ActorNames> names;

  public AuditLog(Database database, MasterKey masterKey, @All List<ActorNames> names) {
    this.database = database;
    this.seals = new Seals(masterKey);
    this.names = List.copyOf(names);
  }

  /// Newest first.
  ///
  /// @param after the end of the page before
  Page page(Caller caller, AuditFilter filter, @Nullable Cursor after, int limit) {
    caller.require(Right.READ_AUDIT);
    OrganizationId organization = caller.organization();
    return database.acrossOrganizations(handle -> {
      List<Found> found = new AuditSearch(organization, filter).page(handle, after, limit + 1);
      List<Found> page = found.subList(0, Math.min(limit, found.size()));
      return new Page(named(handle, organization, page), found.size() > limit);
    });
  }

  /// How many entries match: at most 10,000, however many there are.
  long count(Caller caller, AuditFilter filter) {
    caller.require(Right.READ_AUDIT);
    return database.acrossOrganizations(
        handle -> new AuditSearch(caller.organization(), filter).count(handle));
  }

  /// @param expected the head of the chain as somebody wrote it down; null when nobody did
  Verdict verify(Caller caller, @Nullable Head expected) {
    caller.require(Right.READ_AUDIT);
    OrganizationId organization = caller.organization();
    return database.snapshotOf(
        organization, handle -> new Verification(handle, organization, seals, expected).verify());
  }

  private List<Named> named(Handle handle, OrganizationId organization, List<Found> page) {
    List<UUID> actors =
        page.stream()
            .map(found -> found.stored().entry().actor().id())
            .filter(Objects::nonNull)
            .distinct()
            .toList();
    Map<UUID, String> known = new HashMap<>();
    if (!actors.isEmpty()) {
      names.forEach(room -> known.putAll(room.of(handle, organization, actors)));
    }
    return page.stream()
        .map(found -> {
          Actor actor = found.stored().entry().actor();
          return new Named(found, actor.id() == null ? actor.job() : known.get(actor.id()));
        })
        .toList();
  }
}
