package dev.muster.server.archive;

import dev.muster.server.device.DeviceId;
import dev.muster.server.device.KnownDevices;
import dev.muster.server.platform.OrganizationId;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/// The SQL by which tables of days are made, put into the history and taken out of it, by the owner
/// of the tables. Names are made of dates and nothing else.
final class PartitionStore {
  private static final DateTimeFormatter SUFFIX = DateTimeFormatter.ofPattern("uuuu_MM_dd");
  private static final String HISTORY = "telemetry.heartbeat";
  private static final String WHOLE_REST = "coalesce(d.body, '{}') || h.rest as rest";

  private PartitionStore() {}

  /// Name of the day's table, without its schema.
  static String name(LocalDate day) {
    return "heartbeat_" + SUFFIX.format(day);
  }

  static String table(LocalDate day) {
    return "telemetry." + name(day);
  }

  /// Who waits for a lock here makes all ingest wait behind it, so it gives up soon.
  static void waitBriefly(Handle handle) {
    handle.execute("set local lock_timeout = '1s'");
  }

  /// The tables of days that there are, by their names.
  static List<String> tables(Handle handle) {
    return handle
        .createQuery(
            """
            select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = 'telemetry' and c.relkind = 'r' and c.relname ~ '^heartbeat_\\d{4}_\\d\\d_\\d\\d$'
            """)
        .mapTo(String.class)
        .list();
  }

  /// A table of its own with the keys of the history. Rows only come, so it is frozen as they are
  /// vacuumed.
  static void create(Handle handle, LocalDate day) {
    handle.execute(
        """
        create table %s (like telemetry.heartbeat including defaults including constraints including indexes)
        with (autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_freeze_min_age = 0)
        """
            .formatted(table(day)));
  }

  /// Row-level security and grants as those of the history.
  static void protect(Handle handle, LocalDate day) {
    handle.execute("call platform.protect_tenant_table('" + table(day) + "')");
  }

  /// Of an empty table, so that PostgreSQL needs not look at its rows when it is attached.
  static void bound(Handle handle, LocalDate day) {
    handle.execute(
        "alter table %s add constraint of_the_day check (bucket >= '%s' and bucket < '%s')"
            .formatted(table(day), Day.begin(day), Day.begin(day.plusDays(1))));
  }

  /// A table that is bound to its day, which as a partition it is of itself.
  static void attach(Handle handle, LocalDate day) {
    String table = table(day);
    handle.execute(
        "alter table %s attach partition %s for values from ('%s') to ('%s')"
            .formatted(HISTORY, table, Day.begin(day), Day.begin(day.plusDays(1))));
    handle.execute("alter table " + table + " drop constraint of_the_day");
  }

  /// Lets the owner of the tables write to this one, and to nobody's rows but all: COPY goes past
  /// row-level security or not at all. To others it stays protected.
  static void openToOwner(Handle handle, LocalDate day) {
    handle.execute("alter table " + table(day) + " no force row level security");
  }

  /// Undoes [#openToOwner]. Whoever vacuums the table meanwhile is given the second that it takes
  /// PostgreSQL to send him away.
  static void closeToOwner(Handle handle, LocalDate day) {
    handle.execute("set local lock_timeout = '5s'");
    handle.execute("alter table " + table(day) + " force row level security");
  }

  /// How the day's table belongs to the history.
  enum Link {
    NO_TABLE,
    ALONE,
    /// A DETACH CONCURRENTLY was cut short after its first half.
    PENDING,
    ATTACHED
  }

  static Link link(Handle handle, LocalDate day) {
    return handle
        .createQuery(
            """
            select case when i.inhrelid is null then 'ALONE' when i.inhdetachpending then 'PENDING' else 'ATTACHED' end
            from pg_class c left join pg_inherits i on i.inhrelid = c.oid
            where c.oid = to_regclass(:table)
            """)
        .bind("table", table(day))
        .mapTo(Link.class)
        .findOne()
        .orElse(Link.NO_TABLE);
  }

  /// Outside of a transaction.
  static void detach(Handle handle, LocalDate day) {
    handle.execute("alter table " + HISTORY + " detach partition " + table(day) + " concurrently");
  }

  static void finishDetaching(Handle handle, LocalDate day) {
    handle.execute("alter table " + HISTORY + " detach partition " + table(day) + " finalize");
  }

  static void drop(Handle handle, LocalDate day) {
    handle.execute("drop table if exists " + table(day));
  }

  /// Of a day that is over: it gets its index by device, which costs too much while it grows, and
  /// its rows are frozen. To make the index waits for whoever reads from an older snapshot, and
  /// nobody waits for it. One that was cut short is not valid, and made anew. Outside of a
  /// transaction.
  static void freeze(Handle handle, LocalDate day) {
    String index = name(day) + "_device";
    if (!isValidIndex(handle, index)) {
      handle.execute("set lock_timeout = '5min'");
      handle.execute("drop index concurrently if exists telemetry." + index);
      handle.execute(
          "create index concurrently %s on %s (organization_id, device_id, bucket)"
              .formatted(index, table(day)));
      handle.execute("set lock_timeout = '1s'");
    }
    handle.execute("vacuum (freeze, analyze) " + table(day));
  }

  private static boolean isValidIndex(Handle handle, String name) {
    return handle
        .createQuery("select indisvalid from pg_index where indexrelid = to_regclass(:name)")
        .bind("name", "telemetry." + name)
        .mapTo(Boolean.class)
        .findOne()
        .orElse(false);
  }

  /// Bytes of all days in the database, indexes included.
  static long bytes(Handle handle) {
    return handle
        .createQuery(
            """
            select coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = 'telemetry' and c.relkind = 'r' and c.relname ~ '^heartbeat_\\d{4}_\\d\\d_\\d\\d$'
            """)
        .mapTo(Long.class)
        .one();
  }

  static long bytes(Handle handle, LocalDate day) {
    return handle
        .createQuery("select coalesce(pg_total_relation_size(to_regclass(:table)), 0)::bigint")
        .bind("table", table(day))
        .mapTo(Long.class)
        .one();
  }

  /// The columns of the day's table, in their order; without `detail`, which archives do not have.
  static List<String> columns(Handle handle, LocalDate day) {
    return handle
        .createQuery(
            """
            select attname::text from pg_attribute
            where attrelid = to_regclass(:table) and attnum > 0 and not attisdropped and attname <> 'detail'
            order by attnum
            """)
        .bind("table", table(day))
        .mapTo(String.class)
        .list();
  }

  /// All rows as CSV with a header, each with what it says by reference.
  static void copyOut(Handle handle, LocalDate day, List<String> columns, OutputStream csv)
      throws IOException {
    asReaderOfAll(handle);
    String selected =
        columns.stream()
            .map(column -> column.equals("rest") ? WHOLE_REST : "h." + column)
            .collect(Collectors.joining(", "));
    String copy =
        """
        copy (select %s from %s h
          left join telemetry.detail d on d.organization_id = h.organization_id and d.id = h.detail)
        to stdout with (format csv, header true)
        """
            .formatted(selected, table(day));
    try {
      long _ = copies(handle).copyOut(copy, csv);
    } catch (SQLException failure) {
      throw new IllegalStateException(
          table(day) + " cannot be read: " + failure.getMessage(), failure);
    }
  }

  /// Takes rows of CSV into a table that is [open to its owner][#openToOwner].
  ///
  /// @param columns of the table, whatever a file calls them
  /// @param csv without a header
  static void copyIn(Handle handle, LocalDate day, List<String> columns, InputStream csv)
      throws IOException {
    String copy =
        "copy %s (%s) from stdin with (format csv)"
            .formatted(table(day), String.join(", ", columns));
    try {
      long _ = copies(handle).copyIn(copy, csv, 1 << 16);
    } catch (SQLException failure) {
      throw new IllegalStateException(
          table(day) + " cannot be loaded: " + failure.getMessage(), failure);
    }
  }

  private static CopyManager copies(Handle handle) throws SQLException {
    return handle.getConnection().unwrap(PGConnection.class).getCopyAPI();
  }

  /// The devices that have rows on the day, of all organizations.
  static List<KnownDevices.Key> devices(Handle handle, LocalDate day) {
    asReaderOfAll(handle);
    return handle
        .createQuery("select distinct organization_id, device_id from " + table(day))
        .map((row, _) ->
            new KnownDevices.Key(
                new OrganizationId(row.getObject(1, UUID.class)),
                new DeviceId(row.getObject(2, UUID.class))))
        .list();
  }

  static int delete(Handle handle, String table, OrganizationId organization, DeviceId device) {
    return handle.execute(
        "delete from " + table + " where organization_id = ? and device_id = ?",
        organization,
        device.value());
  }

  static void asReaderOfAll(Handle handle) {
    handle.execute("set local role muster_cross");
  }
}
