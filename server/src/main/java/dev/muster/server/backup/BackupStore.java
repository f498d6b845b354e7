package dev.muster.server.backup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/// The SQL of taking a backup.
final class BackupStore {
  /// What db-scheduler keeps of its recurring jobs: each worker makes the rows when it starts, and
  /// those of another time would name workers that are gone. The log of changes: a restore begins
  /// another epoch, in which no cursor of an earlier one is good. The history of heartbeats, which
  /// is many times larger than all else, and has archives of its own.
  private static final Set<String> LEFT_OUT =
      Set.of(
          "platform.job_command",
          "platform.job_wake",
          "platform.job_maintain",
          "live.change",
          "live.horizon",
          "telemetry.heartbeat");

  /// A table of a room. `columns` are those that are stored, in their order.
  record Table(String name, List<String> columns, boolean ofTenants) {
    String select() {
      return "select " + String.join(", ", columns) + " from " + name;
    }
  }

  /// Takes one row of COPY in text form.
  interface Rows {
    void row(byte[] copied) throws IOException;
  }

  private BackupStore() {}

  /// False when another backup is being taken.
  static boolean lock(Handle handle) {
    return handle
        .createQuery("select pg_try_advisory_xact_lock(hashtextextended('muster.backup', 0))")
        .mapTo(Boolean.class)
        .one();
  }

  /// How long each statement of this transaction, and a pause in it, may take.
  static void limit(Handle handle, Duration timeout) {
    String millis = Long.toString(timeout.toMillis());
    handle.execute(
        """
        select set_config('statement_timeout', ?, true),
               set_config('idle_in_transaction_session_timeout', ?, true)
        """,
        millis,
        millis);
  }

  static void asOwner(Handle handle) {
    handle.execute("set local role none");
  }

  private static void asReaderOfAll(Handle handle) {
    handle.execute("set local role muster_cross");
  }

  /// Version of the newest migration.
  static String schema(Handle handle) {
    return handle
        .createQuery(
            """
            select version from flyway.flyway_schema_history
            where success and version is not null order by installed_rank desc limit 1
            """)
        .mapTo(String.class)
        .one();
  }

  /// All tables of all rooms, by the catalogue: a table that a room adds is in every backup.
  ///
  /// @throws IllegalStateException when one of them would not be seen whole
  static List<Table> tables(Handle handle) {
    List<Table> tables =
        handle
            .createQuery(
                """
                select n.nspname || '.' || c.relname as name, c.relrowsecurity,
                       not c.relrowsecurity or exists (
                         select from pg_policy p where p.polrelid = c.oid and p.polcmd = '*'
                           and 'muster_cross'::regrole = any(p.polroles)
                           and pg_get_expr(p.polqual, c.oid) = 'true') as seen_whole,
                       (select array_agg(a.attname::text order by a.attnum) from pg_attribute a
                        where a.attrelid = c.oid and a.attnum > 0
                          and not a.attisdropped and a.attgenerated = '') as columns
                from pg_class c join pg_namespace n on n.oid = c.relnamespace
                where c.relkind in ('r', 'p') and not c.relispartition
                  and not (n.nspname = 'telemetry' and c.relname ~ '^heartbeat_\\d{4}_\\d\\d_\\d\\d$')
                  and n.nspname not in ('pg_catalog', 'information_schema', 'flyway', 'public')
                  and n.nspname not like 'pg\\_%'
                order by 1
                """)
            .map((row, _) -> {
              if (!row.getBoolean("seen_whole")) {
                throw new IllegalStateException(
                    row.getString("name") + " cannot be read by muster_cross");
              }
              return new Table(
                  row.getString("name"),
                  List.of((String[]) row.getArray("columns").getArray()),
                  row.getBoolean("relrowsecurity"));
            })
            .list();
    return tables.stream().filter(table -> !LEFT_OUT.contains(table.name())).toList();
  }

  /// Keeps migrations of a newer node away from the tables until the transaction ends.
  static void holdSchema(Handle handle, List<Table> tables) {
    tables.forEach(table -> {
      enter(handle, table);
      handle.execute("lock table " + table.name() + " in access share mode");
    });
    asOwner(handle);
  }

  /// Last values of the sequences that have been used. They are not part of a snapshot: what is
  /// read now is at least as great as any value in it.
  static Map<String, Long> sequences(Handle handle) {
    Map<String, Long> values = new TreeMap<>();
    handle
        .createQuery(
            """
            select schemaname || '.' || sequencename as name, last_value from pg_sequences
            where last_value is not null and schemaname not in ('flyway', 'public')
            """)
        .map((row, _) -> Map.entry(row.getString("name"), row.getLong("last_value")))
        .forEach(entry -> values.put(entry.getKey(), entry.getValue()));
    return values;
  }

  /// Hands all rows of the table to `rows`, one at a time.
  static void copyOut(Handle handle, Table table, Rows rows) {
    enter(handle, table);
    Connection connection = handle.getConnection();
    try {
      CopyOut copy =
          connection
              .unwrap(PGConnection.class)
              .getCopyAPI()
              .copyOut("copy (" + table.select() + ") to stdout");
      try {
        for (byte[] row = copy.readFromCopy(); row != null; row = copy.readFromCopy()) {
          rows.row(row);
        }
      } finally {
        end(copy, connection);
      }
    } catch (SQLException failure) {
      throw new IllegalStateException(table.name() + " cannot be read", failure);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /// A COPY that was not read to its end keeps its connection locked, and the rollback would wait
  /// for it for ever.
  private static void end(CopyOut copy, Connection connection) throws SQLException {
    if (copy.isActive()) {
      try {
        copy.cancelCopy();
      } catch (SQLException broken) {
        connection.abort(Runnable::run);
      }
    }
  }

  /// Rows of tenants are seen by the role for all of them; the server's own by their owner.
  private static void enter(Handle handle, Table table) {
    if (table.ofTenants()) {
      asReaderOfAll(handle);
    } else {
      asOwner(handle);
    }
  }
}
