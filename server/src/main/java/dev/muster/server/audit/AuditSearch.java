package dev.muster.server.audit;

import dev.muster.server.platform.OrganizationId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/// The SQL that finds entries by filter, newest first. Each filter alone has an index that is in
/// the order of the list, so that a page costs the same in a log of whatever size. It runs as the
/// cross-tenant role and names the organization itself, because PostgreSQL uses some of these
/// indexes only there.
final class AuditSearch {
  /// A list of more entries than this says that it has so many: to count is to read them all.
  static final int MOST_COUNTED = 10_000;

  /// An entry with its place in the chain, if it has one already.
  record Found(AuditStore.Stored stored, @Nullable Long position) {}

  /// Where a page ended.
  record Cursor(Instant at, UUID id) {}

  private final OrganizationId organization;
  private final AuditFilter filter;

  AuditSearch(OrganizationId organization, AuditFilter filter) {
    this.organization = organization;
    this.filter = filter;
  }

  List<Found> page(Handle handle, @Nullable Cursor after, int limit) {
    Query query =
        handle.createQuery(
            """
            select %s, s.position from (
              select * from audit.entry %s %s order by at desc, id desc limit :limit) e
            left join audit.personal p on p.organization_id = e.organization_id and p.entry_id = e.id
            left join audit.seal s on s.organization_id = e.organization_id and s.entry_id = e.id
            order by e.at desc, e.id desc
            """
                .formatted(
                    AuditStore.COLUMNS,
                    where(),
                    after == null ? "" : "and (at, id) < (:cursorAt, :cursorId)"));
    if (after != null) {
      query.bind("cursorAt", after.at()).bind("cursorId", after.id());
    }
    return bind(query)
        .bind("limit", limit)
        .map((row, _) -> new Found(AuditStore.stored(row), row.getObject("position", Long.class)))
        .list();
  }

  /// How many there are, up to [#MOST_COUNTED].
  long count(Handle handle) {
    return bind(handle.createQuery(
            "select count(*) from (select from audit.entry " + where() + " limit :most) e"))
        .bind("most", MOST_COUNTED)
        .mapTo(long.class)
        .one();
  }

  private String where() {
    List<String> conditions = new ArrayList<>(List.of("organization_id = :organization"));
    if (filter.actor() != null) {
      conditions.add("actor_id = :actor");
    }
    if (filter.actorKind() != null) {
      conditions.add("actor_kind = :actorKind");
    }
    if (filter.action() != null) {
      conditions.add((filter.action().endsWith(".") ? "family" : "action") + " = :action");
    }
    if (filter.kind() != null) {
      conditions.add("target_kind = :kind");
    }
    if (filter.target() != null) {
      conditions.add("target_id = :target");
    }
    if (filter.requestId() != null) {
      conditions.add("request_id = :request");
    }
    if (filter.from() != null) {
      conditions.add("at >= :from");
    }
    if (filter.until() != null) {
      conditions.add("at < :until");
    }
    return "where " + String.join(" and ", conditions);
  }

  private Query bind(Query query) {
    query.bind("organization", organization);
    if (filter.actor() != null) {
      query.bind("actor", filter.actor());
    }
    if (filter.actorKind() != null) {
      query.bind("actorKind", filter.actorKind().wireName());
    }
    if (filter.action() != null) {
      query.bind("action", filter.action().replaceFirst("\\.$", ""));
    }
    if (filter.kind() != null) {
      query.bind("kind", filter.kind());
    }
    if (filter.target() != null) {
      query.bind("target", filter.target());
    }
    if (filter.requestId() != null) {
      query.bind("request", filter.requestId());
    }
    if (filter.from() != null) {
      query.bind("from", filter.from());
    }
    if (filter.until() != null) {
      query.bind("until", filter.until());
    }
    return query;
  }
}
