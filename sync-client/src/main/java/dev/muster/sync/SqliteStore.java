package dev.muster.sync;

import dev.muster.agent.core.JsonText;
import dev.muster.protocol.Json;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;

/// A store in one SQLite file. What a call has kept outlives the process and the power. Several
/// processes may have the same file open.
public final class SqliteStore implements SyncStore {
  private static final int PATIENCE_MS = 10_000;

  private static final List<String> SCHEMA =
      List.of(
          """
          create table if not exists item (
            kind text not null,
            id text not null,
            task text,
            local text,
            base text,
            tick integer not null,
            round integer not null,
            primary key (kind, id)
          ) strict, without rowid
          """,
          "create index if not exists comment_of_task on item (task, id) where task is not null",
          "create index if not exists item_told on item (round) where base is not null",
          """
          create table if not exists change (
            number integer primary key autoincrement,
            kind text not null,
            id text not null,
            operation text not null,
            data text not null
          ) strict
          """,
          "create index if not exists change_of_item on change (kind, id)",
          """
          create table if not exists notice (
            kind text not null,
            id text not null,
            reason text not null,
            local text,
            server text,
            primary key (kind, id)
          ) strict
          """,
          "create table if not exists memory (name text primary key, value text not null) strict");

  private static final String ITEM = "select kind, id, local, base, tick, round from item ";

  private final Path file;
  private final Connection connection;
  private final Map<String, PreparedStatement> statements = new HashMap<>();
  private final Transaction transaction = new InSqlite();

  private SqliteStore(Path file, Connection connection) {
    this.file = file;
    this.connection = connection;
  }

  /// Opens the file, and makes it, for its owner alone, when it is not there.
  ///
  /// @throws IOException with a sentence for people
  public static SqliteStore open(Path file) throws IOException {
    if (!Files.exists(file)) {
      if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
        // SQLite gives the files beside it the same permissions.
        Files.createFile(
            file,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      } else {
        Files.createFile(file);
      }
    }
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(JournalMode.WAL);
    config.setSynchronous(SynchronousMode.FULL);
    config.setBusyTimeout(PATIENCE_MS);
    try {
      Connection connection = config.createConnection("jdbc:sqlite:" + file);
      try (Statement statement = connection.createStatement()) {
        for (String part : SCHEMA) {
          statement.execute(part);
        }
      } catch (SQLException e) {
        connection.close();
        throw e;
      }
      return new SqliteStore(file, connection);
    } catch (SQLException e) {
      throw failed(file, e);
    }
  }

  public Path file() {
    return file;
  }

  @Override
  public synchronized <T> T in(Work<T> work) throws IOException {
    boolean begun = false;
    try {
      // By hand: the driver would begin the next one at once, and keep every other process out.
      run("begin immediate");
      begun = true;
      T result = work.in(transaction);
      run("commit");
      begun = false;
      return result;
    } catch (SQLException e) {
      throw failed(file, e);
    } finally {
      if (begun) {
        undo();
      }
    }
  }

  private void run(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private void undo() {
    try {
      run("rollback");
    } catch (SQLException e) {
      // What made it necessary is on its way to the caller already.
    }
  }

  @Override
  public synchronized void close() throws IOException {
    try {
      connection.close();
    } catch (SQLException e) {
      throw failed(file, e);
    }
  }

  private static IOException failed(Path file, SQLException e) {
    return new IOException("Nothing can be kept in " + file + ": " + e.getMessage(), e);
  }

  private interface Reader<T> {
    T of(ResultSet row) throws SQLException, IOException;
  }

  private int execute(String sql, @Nullable Object... values) throws IOException {
    try {
      return bound(sql, values).executeUpdate();
    } catch (SQLException e) {
      throw failed(file, e);
    }
  }

  private <T> List<T> query(Reader<T> reader, String sql, @Nullable Object... values)
      throws IOException {
    List<T> result = new ArrayList<>();
    try (ResultSet rows = bound(sql, values).executeQuery()) {
      while (rows.next()) {
        result.add(reader.of(rows));
      }
      return result;
    } catch (SQLException e) {
      throw failed(file, e);
    }
  }

  private PreparedStatement bound(String sql, @Nullable Object... values) throws SQLException {
    PreparedStatement statement = statements.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      statements.put(sql, statement);
    }
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
    return statement;
  }

  private static Json.@Nullable Obj json(@Nullable String text) throws IOException {
    return text == null ? null : JsonText.readObject(text);
  }

  private static @Nullable String text(Json.@Nullable Obj json) {
    return json == null ? null : json.canonical();
  }

  private final class InSqlite implements Transaction {
    private Row row(ResultSet row) throws SQLException, IOException {
      return new Row(
          Kind.named(row.getString("kind")),
          row.getString("id"),
          json(row.getString("local")),
          json(row.getString("base")),
          row.getLong("tick"),
          row.getLong("round"));
    }

    @Override
    public @Nullable Row find(Kind kind, String id) throws IOException {
      List<Row> rows = query(this::row, ITEM + "where kind = ? and id = ?", kind.wireName(), id);
      return rows.isEmpty() ? null : rows.get(0);
    }

    @Override
    public void put(Row row) throws IOException {
      Json.Obj local = row.local();
      execute(
          """
          insert into item (kind, id, task, local, base, tick, round) values (?, ?, ?, ?, ?, ?, ?)
          on conflict (kind, id) do update set
            task = excluded.task, local = excluded.local, base = excluded.base, tick = excluded.tick,
            round = excluded.round
          """,
          row.kind().wireName(),
          row.id(),
          row.kind() == Kind.COMMENT && local != null ? Row.text(local, "task") : null,
          text(local),
          text(row.base()),
          row.tick(),
          row.round());
    }

    @Override
    public List<Row> page(Kind kind, String after, int limit) throws IOException {
      return query(
          this::row,
          ITEM + "where kind = ? and id > ? and local is not null order by id limit ?",
          kind.wireName(),
          after,
          limit);
    }

    @Override
    public List<Row> commentsOf(String task) throws IOException {
      return query(this::row, ITEM + "where task = ? and local is not null order by id", task);
    }

    @Override
    public List<Row> untold(long round, int limit) throws IOException {
      return query(this::row, ITEM + "where base is not null and round < ? limit ?", round, limit);
    }

    @Override
    public void enqueue(Kind kind, String id, String operation, Json.Obj data) throws IOException {
      execute(
          "insert into change (kind, id, operation, data) values (?, ?, ?, ?)",
          kind.wireName(),
          id,
          operation,
          data.canonical());
    }

    @Override
    public List<Change> oldest(int most) throws IOException {
      return query(
          row ->
              new Change(
                  row.getLong("number"),
                  Kind.named(row.getString("kind")),
                  row.getString("id"),
                  row.getString("operation"),
                  JsonText.readObject(row.getString("data"))),
          "select number, kind, id, operation, data from change order by number limit ?",
          most);
    }

    @Override
    public boolean drop(Change change) throws IOException {
      return execute("delete from change where number = ?", change.number()) > 0;
    }

    @Override
    public boolean dropAll(Kind kind, String id) throws IOException {
      return execute("delete from change where kind = ? and id = ?", kind.wireName(), id) > 0;
    }

    @Override
    public boolean hasPending(Kind kind, String id) throws IOException {
      return !query(
              row -> 1,
              "select 1 from change where kind = ? and id = ? limit 1",
              kind.wireName(),
              id)
          .isEmpty();
    }

    @Override
    public int pending() throws IOException {
      return query(row -> row.getInt(1), "select count(*) from change").get(0);
    }

    @Override
    public void put(Notice notice) throws IOException {
      execute(
          "insert or replace into notice (kind, id, reason, local, server) values (?, ?, ?, ?, ?)",
          notice.kind().wireName(),
          notice.id(),
          notice.reason(),
          text(notice.local()),
          text(notice.server()));
    }

    @Override
    public List<Notice> notices() throws IOException {
      return query(
          row ->
              new Notice(
                  Kind.named(row.getString("kind")),
                  row.getString("id"),
                  row.getString("reason"),
                  json(row.getString("local")),
                  json(row.getString("server"))),
          "select kind, id, reason, local, server from notice order by kind, id");
    }

    @Override
    public void dropNotice(Kind kind, String id) throws IOException {
      execute("delete from notice where kind = ? and id = ?", kind.wireName(), id);
    }

    @Override
    public String recall(String name) throws IOException {
      List<String> values =
          query(row -> row.getString(1), "select value from memory where name = ?", name);
      return values.isEmpty() ? "" : values.get(0);
    }

    @Override
    public void remember(String name, String value) throws IOException {
      execute("insert or replace into memory (name, value) values (?, ?)", name, value);
    }
  }
}
