package dev.muster.server.audit;

import dev.muster.server.audit.AuditStore.Stored;
import dev.muster.server.platform.OrganizationId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/// The SQL of the chain.
final class SealStore {
  /// A place of the chain.
  record Seal(long position, UUID entryId, Instant sealedAt, String hash) {}

  /// A place of the chain with the entry that it names, if that is there.
  record Sealed(Seal seal, @Nullable Stored stored) {}

  /// An entry that has no place in the chain, and whether it waits for one.
  record Unsealed(Stored stored, boolean waiting) {}

  /// The end of a chain with the authentication code that it claims.
  record StoredHead(Head head, String mac) {}

  private SealStore() {}

  /// The oldest entries that wait, of all organizations. Each is looked up by itself: what it costs
  /// follows from how many wait, and not from the size of the log.
  static List<Entry> waiting(Handle handle, int limit) {
    return handle
        .createQuery(
            """
            select f.* from audit.unsealed u
            cross join lateral (
              select %s
              from audit.entry e
              left join audit.personal p on false
              where e.organization_id = u.organization_id and e.id = u.entry_id
              limit 1) f
            order by u.entry_id limit :limit
            """
                .formatted(AuditStore.COLUMNS))
        .bind("limit", limit)
        .map((row, _) -> AuditStore.stored(row).entry())
        .list();
  }

  static Optional<StoredHead> head(Handle handle, OrganizationId organization) {
    return handle
        .createQuery(
            """
            select position, encode(hash, 'hex') as hash, encode(mac, 'hex') as mac
            from audit.head where organization_id = :organization
            """)
        .bind("organization", organization)
        .map((row, _) ->
            new StoredHead(
                new Head(row.getLong("position"), row.getString("hash")), row.getString("mac")))
        .findOne();
  }

  /// The last place of the chain.
  static Head last(Handle handle, OrganizationId organization) {
    return handle
        .createQuery(
            """
            select position, encode(hash, 'hex') as hash from audit.seal
            where organization_id = :organization order by position desc limit 1
            """)
        .bind("organization", organization)
        .map((row, _) -> new Head(row.getLong("position"), row.getString("hash")))
        .findOne()
        .orElse(Head.NONE);
  }

  /// Writes the places and ends the waiting of their entries.
  static void seal(Handle handle, OrganizationId organization, List<Seal> seals) {
    PreparedBatch places =
        handle.prepareBatch(
            """
            insert into audit.seal (organization_id, position, entry_id, sealed_at, hash)
            values (:organization, :position, :entry, :at, decode(:hash, 'hex'))
            """);
    for (Seal seal : seals) {
      places
          .bind("organization", organization)
          .bind("position", seal.position())
          .bind("entry", seal.entryId())
          .bind("at", seal.sealedAt())
          .bind("hash", seal.hash())
          .add();
    }
    var _ = places.execute();
    handle
        .createUpdate(
            """
            delete from audit.unsealed
            where organization_id = :organization and entry_id = any(:entries)
            """)
        .bind("organization", organization)
        .bindArray("entries", UUID.class, seals.stream().map(Seal::entryId).toList())
        .execute();
  }

  static void moveHead(Handle handle, OrganizationId organization, Head head, String mac) {
    handle
        .createUpdate(
            """
            insert into audit.head (organization_id, position, hash, mac)
            values (:organization, :position, decode(:hash, 'hex'), decode(:mac, 'hex'))
            on conflict (organization_id) do update
            set position = excluded.position, hash = excluded.hash, mac = excluded.mac
            """)
        .bind("organization", organization)
        .bind("position", head.position())
        .bind("hash", head.hash())
        .bind("mac", mac)
        .execute();
  }

  /// The places after `position`, in order.
  static List<Sealed> chain(Handle handle, OrganizationId organization, long position, int limit) {
    return handle
        .createQuery(
            """
            select s.position, s.entry_id, s.sealed_at, encode(s.hash, 'hex') as hash, %s
            from (select * from audit.seal
                  where organization_id = :organization and position > :position
                  order by position limit :limit) s
            left join audit.entry e on e.organization_id = s.organization_id and e.id = s.entry_id
            left join audit.personal p on p.organization_id = s.organization_id and p.entry_id = s.entry_id
            order by s.position
            """
                .formatted(AuditStore.COLUMNS))
        .bind("organization", organization)
        .bind("position", position)
        .bind("limit", limit)
        .map((row, _) ->
            new Sealed(seal(row), row.getObject("id") == null ? null : AuditStore.stored(row)))
        .list();
  }

  private static Seal seal(ResultSet row) throws SQLException {
    return new Seal(
        row.getLong("position"),
        row.getObject("entry_id", UUID.class),
        AuditStore.instant(row, "sealed_at"),
        row.getString("hash"));
  }

  /// The last of the `size` entries that follow `after` in the order of ids; empty when there are
  /// not so many.
  static Optional<UUID> windowEnd(
      Handle handle, OrganizationId organization, UUID after, int size) {
    return handle
        .createQuery(
            """
            select id from audit.entry where organization_id = :organization and id > :after
            order by id offset :offset limit 1
            """)
        .bind("organization", organization)
        .bind("after", after)
        .bind("offset", size - 1)
        .mapTo(UUID.class)
        .findOne();
  }

  /// The entries after `after`, up to `end`, that have no place in the chain.
  static List<Unsealed> unsealed(
      Handle handle, OrganizationId organization, UUID after, @Nullable UUID end) {
    return handle
        .createQuery(
            """
            select u.entry_id is not null as waiting, %s
            from audit.entry e
            left join audit.seal s on s.organization_id = e.organization_id and s.entry_id = e.id
            left join audit.unsealed u on u.organization_id = e.organization_id and u.entry_id = e.id
            left join audit.personal p on p.organization_id = e.organization_id and p.entry_id = e.id
            where e.organization_id = :organization and e.id > :after
              and (cast(:end as uuid) is null or e.id <= :end) and s.entry_id is null
            order by e.id
            """
                .formatted(AuditStore.COLUMNS))
        .bind("organization", organization)
        .bind("after", after)
        .bindByType("end", end, UUID.class)
        .map((row, _) -> new Unsealed(AuditStore.stored(row), row.getBoolean("waiting")))
        .list();
  }

  /// What waits for a place and is no entry.
  static List<UUID> waitingForNothing(Handle handle, OrganizationId organization, int limit) {
    return handle
        .createQuery(
            """
            select u.entry_id from audit.unsealed u
            left join audit.entry e on e.organization_id = u.organization_id and e.id = u.entry_id
            where u.organization_id = :organization and e.id is null
            order by u.entry_id limit :limit
            """)
        .bind("organization", organization)
        .bind("limit", limit)
        .mapTo(UUID.class)
        .list();
  }

  /// The entries that say that the user was erased.
  static List<Stored> erasures(Handle handle, OrganizationId organization, UUID user) {
    return handle
        .createQuery(
            """
            select %s from audit.entry e
            left join audit.personal p on false
            where e.organization_id = :organization and e.action = 'user.erased' and e.target_id = :user
            """
                .formatted(AuditStore.COLUMNS))
        .bind("organization", organization)
        .bind("user", user.toString())
        .map((row, _) -> AuditStore.stored(row))
        .list();
  }
}
