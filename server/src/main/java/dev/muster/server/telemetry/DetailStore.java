package dev.muster.server.telemetry;

import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/// The SQL of what devices say again and again.
final class DetailStore {
  private DetailStore() {}

  /// In the order of their keys, so that two nodes cannot wait for each other.
  static void store(Handle handle, List<Details.Fresh> fresh) {
    handle
        .createUpdate(
            """
            insert into telemetry.detail as d (organization_id, id, body, used_on)
            select organization_id, id, body::jsonb, used_on::date
            from unnest(:organizations, :ids, :bodies, :days) as i (organization_id, id, body, used_on)
            order by organization_id, id
            on conflict (organization_id, id) do update set used_on = excluded.used_on
            where excluded.used_on > d.used_on
            """)
        .bindArray("organizations", UUID.class, of(fresh, f -> f.organization().value()))
        .bindArray("ids", UUID.class, of(fresh, f -> f.detail().id()))
        .bindArray("bodies", String.class, of(fresh, f -> f.detail().body()))
        .bindArray("days", String.class, of(fresh, f -> f.usedOn().toString()))
        .execute();
  }

  private static Object[] of(List<Details.Fresh> fresh, Function<Details.Fresh, Object> column) {
    return fresh.stream().map(column).toArray();
  }

  /// Forgets those that no heartbeat has said since, and that are of no last status.
  ///
  /// @param before the first day of which the database still has heartbeats, or an earlier one
  static int forget(Handle handle, LocalDate before, int limit) {
    return handle
        .createUpdate(
            """
            delete from telemetry.detail where (organization_id, id) in (
              select organization_id, id from telemetry.detail d
              where used_on < :before and not exists (
                select from telemetry.last_status s
                where s.organization_id = d.organization_id and s.detail = d.id)
              limit :limit)
            """)
        .bind("before", before)
        .bind("limit", limit)
        .execute();
  }
}
