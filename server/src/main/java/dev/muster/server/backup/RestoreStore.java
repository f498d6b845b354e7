package dev.muster.server.backup;

import dev.muster.server.platform.OrganizationId;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.postgresql.PGConnection;

/// The SQL of loading a backup, by the owner of the tables: no superuser is needed, so it does not
/// use `session_replication_role`, which also would let rows in that break a foreign key.
final class RestoreStore {
  /// A foreign key that is taken away while rows come in the order of the tables' names.
  record ForeignKey(String table, String name, String definition) {}

  private RestoreStore() {}

  /// Takes away all foreign keys of the rooms' tables.
  ///
  /// @return what [#enforce] puts back
  static List<ForeignKey> dropForeignKeys(Handle handle, List<BackupStore.Table> tables) {
    List<ForeignKey> keys =
        handle
            .createQuery(
                """
                select conrelid::regclass::text as table, quote_ident(conname) as name,
                       pg_get_constraintdef(oid) as definition
                from pg_constraint
                where contype = 'f' and conparentid = 0 and conrelid = any(cast(:tables as regclass[]))
                """)
            .bindArray("tables", String.class, names(tables))
            .map((row, _) ->
                new ForeignKey(
                    row.getString("table"), row.getString("name"), row.getString("definition")))
            .list();
    keys.forEach(
        key -> handle.execute("alter table " + key.table() + " drop constraint " + key.name()));
    return keys;
  }

  /// Puts the foreign keys back, which checks every row.
  static void enforce(Handle handle, List<ForeignKey> keys) {
    keys.forEach(key ->
        handle.execute(
            "alter table "
                + key.table()
                + " add constraint "
                + key.name()
                + " "
                + key.definition()));
  }

  /// Lets the owner write, and no trigger fire.
  static void open(Handle handle, List<BackupStore.Table> tables) {
    tables.forEach(table -> {
      if (table.ofTenants()) {
        handle.execute("alter table " + table.name() + " no force row level security");
      }
      handle.execute("alter table " + table.name() + " disable trigger user");
    });
  }

  static void close(Handle handle, List<BackupStore.Table> tables) {
    tables.forEach(table -> {
      if (table.ofTenants()) {
        handle.execute("alter table " + table.name() + " force row level security");
      }
      handle.execute("alter table " + table.name() + " enable trigger user");
    });
  }

  /// Removes what the migrations have put in: it is in the backup as well.
  static void empty(Handle handle, List<BackupStore.Table> tables) {
    handle.execute("truncate " + String.join(", ", names(tables)));
  }

  /// Whatever goes wrong ends the connection: the driver keeps it locked when a COPY breaks, and
  /// the rollback would wait for ever.
  static void copyIn(Handle handle, String table, List<String> columns, InputStream rows) {
    String copy = "copy " + table + " (" + String.join(", ", columns) + ") from stdin";
    Connection connection = handle.getConnection();
    try {
      long _ = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(copy, rows, 1 << 16);
    } catch (SQLException failure) {
      abort(connection);
      throw new IllegalStateException(
          table + " cannot be loaded: " + failure.getMessage(), failure);
    } catch (IOException failure) {
      abort(connection);
      throw new UncheckedIOException(failure);
    }
  }

  private static void abort(Connection connection) {
    try {
      connection.abort(Runnable::run);
    } catch (SQLException _) {
      // it is broken already
    }
  }

  static void setSequences(Handle handle, Map<String, Long> values) {
    values.forEach((name, value) ->
        handle
            .createQuery("select setval(cast(:name as regclass), :value)")
            .bind("name", name)
            .bind("value", value)
            .mapTo(Long.class)
            .one());
  }

  /// Without statistics the first queries on a large fleet would be planned for an empty one.
  static void analyze(Handle handle) {
    handle.execute("analyze");
  }

  static Optional<OrganizationId> home(Handle handle) {
    return handle
        .createQuery("select id from organization.organization where home")
        .mapTo(UUID.class)
        .findOne()
        .map(OrganizationId::new);
  }

  private static List<String> names(List<BackupStore.Table> tables) {
    return tables.stream().map(BackupStore.Table::name).toList();
  }
}
