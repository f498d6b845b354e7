package dev.muster.server.sync;

import dev.muster.protocol.Json;
import dev.muster.server.platform.Columns;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.JsonText;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.task.Clocks;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/// The SQL of conflicts.
final class ConflictStore {
  private static final String ROW =
      """
      select c.id, c.entity_type, c.entity_id, c.operation, c.user_id, u.name as user_name, c.device_id,
        c.local_version, c.server_version, c.local_vector_clock, c.server_vector_clock, c.conflict_reason, c.refused,
        c.resolution_strategy, c.resolved_version, c.resolved_by, r.name as resolved_by_name, c.created_at,
        c.resolved_at
      from sync.conflict c
      left join identity.users u on u.organization_id = c.organization_id and u.id = c.user_id
      left join identity.users r on r.organization_id = c.organization_id and r.id = c.resolved_by
      where c.organization_id = :organization
      """;

  /// Which conflicts are asked for.
  ///
  /// @param resolved only those that are, or are not; null for both
  /// @param device only those of its edits; null for any
  record Which(@Nullable Boolean resolved, @Nullable UUID device) {}

  /// An item of a push, and the conflict that it became.
  record Met(Item item, Verdict.Conflicting conflict) {
    /// Of what names no row, each is a conflict of its own.
    private String nameless() {
      return item.id() == null ? JsonText.hash(item.sent()) : "";
    }

    /// With what another edit of the same row by the same device has set.
    private Met joined(Met other, String device) {
      boolean later = other.item.clock().at(device) >= item.clock().at(device);
      return later
          ? new Met(other.item.over(item), other.conflict)
          : new Met(item.over(other.item), other.conflict);
    }
  }

  private static final Columns<Met> WRITTEN =
      Columns.<Met>none()
          .uuid("id", _ -> Ids.next())
          .text("entity_type", met -> met.item().kind().wireName())
          .text("entity_id", met -> met.item().sentId())
          .text("operation", met -> met.item().operation())
          .text("local_version", "jsonb", met -> met.item().sent().canonical())
          .text("server_version", "jsonb", met -> canonical(met.conflict().server()))
          .text("local_vector_clock", "jsonb", met -> Clocks.text(met.item().clock()))
          .text("server_vector_clock", "jsonb", met -> Clocks.text(met.conflict().clock()))
          .text("conflict_reason", met -> met.conflict().reason())
          .text("refused", Met::nameless);

  private static final String PUT =
      """
      insert into sync.conflict as c (organization_id, id, entity_type, entity_id, operation, user_id, device_id,
        local_version, server_version, local_vector_clock, server_vector_clock, conflict_reason, refused, created_at)
      select :organization, id, entity_type, entity_id, operation, cast(:user as uuid), :device, local_version,
        server_version, local_vector_clock, server_vector_clock, conflict_reason, refused, cast(:now as timestamptz)
      from\
      """
          + " "
          + WRITTEN.record("r")
          + """
           order by entity_type, entity_id, refused
          on conflict (organization_id, entity_type, entity_id, device_id, refused) where resolved_at is null
          do update set
            (operation, local_version, local_vector_clock) = (
              select case when later then excluded.operation else c.operation end,
                case when later then jsonb_set(excluded.local_version, '{data}', here || sent)
                  else jsonb_set(c.local_version, '{data}', sent || here) end,
                case when later then excluded.local_vector_clock else c.local_vector_clock end
              from (
                select coalesce((excluded.local_vector_clock ->> :component)::numeric, 0)
                    >= coalesce((c.local_vector_clock ->> :component)::numeric, 0) as later,
                  case when jsonb_typeof(c.local_version -> 'data') = 'object'
                    then c.local_version -> 'data' else '{}' end as here,
                  case when jsonb_typeof(excluded.local_version -> 'data') = 'object'
                    then excluded.local_version -> 'data' else '{}' end as sent) as sides),
            user_id = excluded.user_id, server_version = excluded.server_version,
            server_vector_clock = excluded.server_vector_clock, conflict_reason = excluded.conflict_reason
          where not c.local_version @> excluded.local_version
          """;

  private ConflictStore() {}

  /// Stores conflicts. The same again changes nothing. Another edit of the same device joins the
  /// one that waits: what both have set is as the newer one has it, in whatever order they come.
  ///
  /// @param device that has pushed them
  /// @return of each that is new, or has something new, whether it was refused
  static List<Boolean> put(
      Handle handle,
      OrganizationId organization,
      @Nullable UUID user,
      UUID device,
      List<Met> met,
      Instant now) {
    Map<List<String>, Met> joined = new LinkedHashMap<>();
    for (Met one : met) {
      joined.merge(
          List.of(one.item().kind().wireName(), one.item().sentId(), one.nameless()),
          one,
          (before, after) -> before.joined(after, device.toString()));
    }
    return WRITTEN
        .bind(handle.createUpdate(PUT), joined.values())
        .bind("component", device.toString())
        .bind("organization", organization)
        .bind("user", user)
        .bind("device", device)
        .bind("now", now)
        .executeAndReturnGeneratedKeys("conflict_reason")
        .map((row, _) -> row.getString("conflict_reason").startsWith(Verdict.REJECTED))
        .list();
  }

  private static @Nullable String canonical(Json.@Nullable Obj value) {
    return value == null ? null : value.canonical();
  }

  /// Newest first.
  static List<Conflict> page(
      Handle handle, OrganizationId organization, Which which, int limit, int offset) {
    String page = " order by c.created_at desc, c.id desc limit :limit offset :offset";
    return bound(handle.createQuery(ROW + where(which) + page), organization, which)
        .bind("limit", limit)
        .bind("offset", offset)
        .map(ConflictStore::conflict)
        .list();
  }

  static long count(Handle handle, OrganizationId organization, Which which) {
    String count = "select count(*) from sync.conflict c where c.organization_id = :organization";
    return bound(handle.createQuery(count + where(which)), organization, which)
        .mapTo(long.class)
        .one();
  }

  private static String where(Which which) {
    Boolean resolved = which.resolved();
    String of = which.device() == null ? "" : " and c.device_id = :device";
    if (resolved == null) {
      return of;
    }
    return of + (resolved ? " and c.resolved_at is not null" : " and c.resolved_at is null");
  }

  private static Query bound(Query query, OrganizationId organization, Which which) {
    query.bind("organization", organization);
    return which.device() == null ? query : query.bind("device", which.device());
  }

  static Optional<Conflict> find(Handle handle, OrganizationId organization, UUID id) {
    return handle
        .createQuery(ROW + " and c.id = :id")
        .bind("organization", organization)
        .bind("id", id)
        .map(ConflictStore::conflict)
        .findOne();
  }

  /// Those of the device's edits of these entities that wait, the oldest first.
  static List<Conflict> waiting(
      Handle handle, OrganizationId organization, UUID device, Collection<String> entities) {
    return handle
        .createQuery(
            ROW
                + """
                 and c.device_id = :device and c.entity_id = any(:entities) and c.resolved_at is null
                order by c.created_at, c.id
                """)
        .bind("organization", organization)
        .bind("device", device)
        .bindArray("entities", String.class, entities)
        .map(ConflictStore::conflict)
        .list();
  }

  /// The same, if it is open, locked until the end of the transaction.
  static Optional<Conflict> lockOpen(Handle handle, OrganizationId organization, UUID id) {
    return handle
        .createQuery(ROW + " and c.id = :id and c.resolved_at is null for no key update of c")
        .bind("organization", organization)
        .bind("id", id)
        .map(ConflictStore::conflict)
        .findOne();
  }

  /// Writes down how a conflict was resolved that the transaction has locked.
  static void resolve(
      Handle handle,
      OrganizationId organization,
      UUID id,
      String strategy,
      Json.Obj resolved,
      @Nullable UUID by,
      Instant now) {
    handle
        .createUpdate(
            """
            update sync.conflict set resolution_strategy = :strategy, resolved_version = cast(:resolved as jsonb),
              resolved_by = :by, resolved_at = :now
            where organization_id = :organization and id = :id
            """)
        .bind("organization", organization)
        .bind("id", id)
        .bind("strategy", strategy)
        .bind("resolved", resolved.canonical())
        .bind("by", by)
        .bind("now", now)
        .execute();
  }

  /// Those that wait, of all organizations.
  ///
  /// @param oldest null when there are none
  record Open(long count, @Nullable Instant oldest) {}

  static Open open(Handle handle) {
    return handle
        .createQuery(
            "select count(*) as count, min(created_at) as oldest from sync.conflict where resolved_at is null")
        .map((row, _) -> {
          OffsetDateTime oldest = row.getObject("oldest", OffsetDateTime.class);
          return new Open(row.getLong("count"), oldest == null ? null : oldest.toInstant());
        })
        .one();
  }

  static int resolvedBefore(Handle handle, Instant before) {
    return handle
        .createQuery("select count(*) from sync.conflict where resolved_at < :before")
        .bind("before", before)
        .mapTo(int.class)
        .one();
  }

  /// @return how many there were that are resolved, at most `limit`
  static int forget(Handle handle, Instant before, int limit) {
    return handle
        .createUpdate(
            """
            delete from sync.conflict where ctid = any(array(
              select ctid from sync.conflict where resolved_at < :before limit :limit))
            """)
        .bind("before", before)
        .bind("limit", limit)
        .execute();
  }

  private static Conflict conflict(ResultSet row, StatementContext context) throws SQLException {
    OffsetDateTime resolvedAt = row.getObject("resolved_at", OffsetDateTime.class);
    return new Conflict(
        row.getObject("id", UUID.class),
        row.getString("entity_type"),
        row.getString("entity_id"),
        row.getString("operation"),
        row.getObject("user_id", UUID.class),
        row.getString("user_name"),
        row.getObject("device_id", UUID.class),
        JsonText.parseObject(row.getString("local_version")),
        objectOrNull(row.getString("server_version")),
        JsonText.parseObject(row.getString("local_vector_clock")),
        JsonText.parseObject(row.getString("server_vector_clock")),
        row.getString("conflict_reason"),
        row.getString("resolution_strategy"),
        objectOrNull(row.getString("resolved_version")),
        row.getObject("resolved_by", UUID.class),
        row.getString("resolved_by_name"),
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        resolvedAt == null ? null : resolvedAt.toInstant());
  }

  private static Json.@Nullable Obj objectOrNull(@Nullable String text) {
    return text == null ? null : JsonText.parseObject(text);
  }
}
