package dev.muster.server.task;

import dev.muster.server.platform.Columns;
import dev.muster.server.platform.OrganizationId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// The SQL of tombstones.
final class TombstoneStore {
  private static final Columns<Numbered<Tombstone>> WRITTEN =
      Columns.<Numbered<Tombstone>>of("tombstone_")
          .all(
              Columns.<Tombstone>none()
                  .uuid("id", Tombstone::id)
                  .text("entity_type", tombstone -> tombstone.kind().wireName())
                  .uuid("entity_id", Tombstone::entity)
                  .uuid("deleted_by", Tombstone::deletedBy)
                  .uuid("deleted_from_device", Tombstone::deletedFromDevice)
                  .text("vector_clock", "jsonb", tombstone -> Clocks.text(tombstone.clock()))
                  .time("created_at", Tombstone::createdAt)
                  .time("expires_at", Tombstone::expiresAt)
                  .uuid("pushed_by", Tombstone::pushedBy),
              Numbered::row)
          .number("change_number", Numbered::number);

  private static final String INSERT =
      """
      insert into task.tombstone (organization_id, id, entity_type, entity_id, deleted_by, deleted_from_device,
        vector_clock, created_at, expires_at, pushed_by, change_number)
      select :organization, id, entity_type, entity_id, deleted_by, deleted_from_device, vector_clock, created_at,
        expires_at, pushed_by,\
      """
          + " "
          + ChangeStore.NUMBER
          + " from "
          + WRITTEN.record("r")
          + """
           order by entity_type, entity_id
          on conflict (organization_id, entity_type, entity_id) do update set
            id = excluded.id, deleted_by = excluded.deleted_by, deleted_from_device = excluded.deleted_from_device,
            vector_clock = excluded.vector_clock, created_at = excluded.created_at, expires_at = excluded.expires_at,
            change_number = excluded.change_number, pushed_by = excluded.pushed_by
          """;

  private TombstoneStore() {}

  /// Those of an entity that was deleted before are replaced.
  static ChangeStore.Part inserting(Collection<Numbered<Tombstone>> tombstones) {
    return new ChangeStore.Part(
        "tombstones", INSERT, tombstones.size(), query -> WRITTEN.bind(query, tombstones));
  }

  /// The entities are restored.
  static void remove(
      Handle handle, OrganizationId organization, Tombstone.Kind kind, Collection<UUID> entities) {
    if (entities.isEmpty()) {
      return;
    }
    handle
        .createUpdate(
            """
            delete from task.tombstone
            where organization_id = :organization and entity_type = :kind and entity_id = any(:entities)
            """)
        .bind("organization", organization)
        .bind("kind", kind.wireName())
        .bindArray("entities", UUID.class, entities)
        .execute();
  }

  static List<Numbered<Tombstone>> changedSince(
      Handle handle, OrganizationId organization, long since, Replica.Reader reader, int limit) {
    return handle
        .createQuery(
            """
            select id, entity_type, entity_id, deleted_by, deleted_from_device, vector_clock, created_at, expires_at,
              change_number, pushed_by
            from task.tombstone
            where organization_id = :organization and change_number > :since
              and (pushed_by is distinct from :device or change_number <= :whole)
            order by change_number limit :limit
            """)
        .bind("organization", organization)
        .bind("since", since)
        .bind("device", reader.device())
        .bind("whole", reader.wholeUntil())
        .bind("limit", limit)
        .map((row, _) -> new Numbered<>(tombstone(row), row.getLong("change_number")))
        .list();
  }

  static int expired(Handle handle, Instant now) {
    return handle
        .createQuery("select count(*) from task.tombstone where expires_at < :now")
        .bind("now", now)
        .mapTo(int.class)
        .one();
  }

  /// Those that somebody restores or buries anew at this moment are left alone: to wait for them
  /// could be a deadlock.
  ///
  /// @return how many there were, at most `limit`
  static int removeExpired(Handle handle, Instant now, int limit) {
    return handle
        .createQuery(
            """
            with gone as (
              delete from task.tombstone where ctid = any(array(
                select ctid from task.tombstone where expires_at < :now limit :limit for update skip locked))
              returning organization_id, change_number),
            noted as (
              insert into task.forgotten as f (organization_id, change_number)
              select organization_id, max(change_number) from gone group by organization_id
              order by organization_id
              on conflict (organization_id) do update
              set change_number = greatest(f.change_number, excluded.change_number))
            select count(*) from gone
            """)
        .bind("now", now)
        .bind("limit", limit)
        .mapTo(int.class)
        .one();
  }

  /// The number of the newest change whose tombstone is forgotten; 0 when none is.
  static long forgottenUntil(Handle handle, OrganizationId organization) {
    return handle
        .createQuery(
            "select change_number from task.forgotten where organization_id = :organization")
        .bind("organization", organization)
        .mapTo(long.class)
        .findOne()
        .orElse(0L);
  }

  private static Tombstone tombstone(ResultSet row) throws SQLException {
    return new Tombstone(
        row.getObject("id", UUID.class),
        row.getString("entity_type").equals("task") ? Tombstone.Kind.TASK : Tombstone.Kind.COMMENT,
        row.getObject("entity_id", UUID.class),
        row.getObject("deleted_by", UUID.class),
        row.getObject("deleted_from_device", UUID.class),
        Clocks.parse(row.getString("vector_clock")),
        Rows.time(row, "created_at"),
        Rows.time(row, "expires_at"),
        row.getObject("pushed_by", UUID.class));
  }
}
