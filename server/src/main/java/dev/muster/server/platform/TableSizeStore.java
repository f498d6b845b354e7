package dev.muster.server.platform;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The SQL of [TableSizes]: what PostgreSQL's catalog knows, of which nothing is counted anew.
final class TableSizeStore {
  /// @param bytes with indexes, and with all partitions
  /// @param rows as of the latest ANALYZE
  record Table(String name, long bytes, long rows) {}

  /// A table that is cut by time.
  ///
  /// @param oldest begin of the first partition; null when there is none
  /// @param end of the last partition, up to which rows are taken; null when there is none
  record Partitioned(String name, long count, @Nullable Instant oldest, @Nullable Instant end) {}

  private TableSizeStore() {}

  static long databaseBytes(Handle handle) {
    return handle
        .createQuery("select pg_database_size(current_database())")
        .mapTo(Long.class)
        .one();
  }

  static List<Table> largest(Handle handle, int most) {
    return handle
        .createQuery(
            """
            select n.nspname || '.' || coalesce(whole.relname, part.relname) as name,
              coalesce(sum(pg_total_relation_size(part.oid)), 0)::bigint as bytes,
              sum(greatest(part.reltuples, 0))::bigint as estimated
            from pg_class part
            join pg_namespace n on n.oid = part.relnamespace
            left join pg_inherits i on i.inhrelid = part.oid
            left join pg_class whole on whole.oid = i.inhparent
            where part.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
            group by 1 order by 2 desc limit :most
            """)
        .bind("most", most)
        .map((row, _) ->
            new Table(row.getString("name"), row.getLong("bytes"), row.getLong("estimated")))
        .list();
  }

  static List<Partitioned> partitioned(Handle handle) {
    return handle
        .createQuery(
            """
            with part as (
              select i.inhparent, pg_get_expr(c.relpartbound, c.oid) as bound
              from pg_inherits i join pg_class c on c.oid = i.inhrelid
              where c.relispartition and c.relkind = 'r' and not i.inhdetachpending)
            select n.nspname || '.' || whole.relname as name, count(part.inhparent) as partitions,
              min((regexp_match(bound, 'FROM \\(''(\\d{4}-[^'']+)''\\)'))[1]::timestamptz) as oldest,
              max((regexp_match(bound, 'TO \\(''(\\d{4}-[^'']+)''\\)'))[1]::timestamptz) as ends
            from pg_class whole
            join pg_namespace n on n.oid = whole.relnamespace
            left join part on part.inhparent = whole.oid
            where whole.relkind = 'p'
            group by 1 order by 1
            """)
        .map((row, _) ->
            new Partitioned(
                row.getString("name"),
                row.getLong("partitions"),
                instant(row.getObject("oldest", OffsetDateTime.class)),
                instant(row.getObject("ends", OffsetDateTime.class))))
        .list();
  }

  private static @Nullable Instant instant(@Nullable OffsetDateTime time) {
    return time == null ? null : time.toInstant();
  }
}
