package dev.muster.agent;

import dev.muster.agent.core.Command;
import dev.muster.agent.core.CommandRecord;
import dev.muster.agent.core.CommandRecord.Stage;
import dev.muster.agent.core.CommandResult;
import dev.muster.agent.core.CommandStore;
import dev.muster.agent.core.HeartbeatQueue;
import dev.muster.agent.core.JsonText;
import dev.muster.protocol.CommandSignature;
import dev.muster.protocol.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.Pragma;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// The commands of one device, or of a whole simulated fleet, and the heartbeats that wait, in one
/// SQLite file, `queue.db`.
///
/// One connection for all: a device writes a few rows a command, and to SQLite there is one writer
/// at a time anyway.
final class CommandDatabase implements AutoCloseable {
  static final String NAME = "queue.db";

  /// Far more than a day of commands. Whoever sends more must not fill the disk.
  private static final long MOST_BYTES = 1L << 30;

  /// What SQLite is told to count in.
  private static final int PAGE_BYTES = 4096;

  private static final String SCHEMA =
      """
      create table if not exists command (
        number integer primary key,
        device text not null,
        request_id text not null,
        device_id text not null,
        action text not null,
        parameters text not null,
        arrived_at integer not null,
        stage text not null,
        result text,
        ended_at integer,
        unique (device, request_id)
      ) strict
      """;

  /// What is settled stays for a day; the little that is not must be found without reading that.
  private static final String INDEX =
      "create index if not exists unsettled on command (device, number) where stage <> 'SETTLED'";

  private static final String COLUMNS =
      "select request_id, device_id, action, parameters, arrived_at, stage, result, ended_at"
          + " from command where device = ? ";

  /// How much a return of `save` promises.
  enum Durability {
    /// It outlives the process and the power.
    POWER,
    /// It outlives the process. A power cut may take the newest, which a fleet that only exists in
    /// memory would not survive either; thousands of devices then cost no write-through each.
    PROCESS
  }

  private final Path file;
  private final Connection connection;
  private final Map<String, PreparedStatement> statements = new HashMap<>();

  private CommandDatabase(Path file, Connection connection) {
    this.file = file;
    this.connection = connection;
  }

  static CommandDatabase open(StateFolder folder, Durability durability) throws IOException {
    return open(folder, durability, MOST_BYTES);
  }

  /// @param mostBytes to which the file may grow
  static CommandDatabase open(StateFolder folder, Durability durability, long mostBytes)
      throws IOException {
    Path file = folder.file(NAME);
    if (!Files.exists(file)) {
      Files.createFile(file);
    }
    // SQLite gives the files beside it the same permissions.
    StateFolder.ownerOnly(file);
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(JournalMode.WAL);
    config.setSynchronous(
        durability == Durability.POWER ? SynchronousMode.FULL : SynchronousMode.NORMAL);
    config.setPageSize(PAGE_BYTES);
    config.setPragma(Pragma.SECURE_DELETE, "true");
    config.setPragma(Pragma.MAX_PAGE_COUNT, String.valueOf(mostBytes / PAGE_BYTES));
    try {
      Connection connection = config.createConnection("jdbc:sqlite:" + file);
      try (Statement statement = connection.createStatement()) {
        statement.execute(SCHEMA);
        statement.execute(INDEX);
        statement.execute(QueuedHeartbeats.SCHEMA);
        statement.execute(QueuedHeartbeats.INDEX);
      } catch (SQLException e) {
        connection.close();
        throw e;
      }
      return new CommandDatabase(file, connection);
    } catch (SQLException e) {
      throw failed(file, e);
    }
  }

  /// The store of one device, named by something that stays the same when it enrolls again.
  CommandStore of(String device) {
    return new OfDevice(device);
  }

  /// The waiting heartbeats of one device, named in the same way.
  HeartbeatQueue heartbeatsOf(String device) {
    return new QueuedHeartbeats(this, device);
  }

  private final class OfDevice implements CommandStore {
    private final String device;

    OfDevice(String device) {
      this.device = device;
    }

    @Override
    public @Nullable CommandRecord find(String requestId) throws IOException {
      return first(records(COLUMNS + "and request_id = ?", device, requestId));
    }

    @Override
    public void save(CommandRecord entry) throws IOException {
      Command command = entry.command();
      CommandResult result = entry.result();
      Instant endedAt = entry.endedAt();
      change(
          """
          insert into command (device, request_id, device_id, action, parameters, arrived_at, stage, result, ended_at)
          values (?, ?, ?, ?, ?, ?, ?, ?, ?)
          on conflict (device, request_id) do update set
            action = excluded.action, parameters = excluded.parameters, stage = excluded.stage,
            result = excluded.result, ended_at = excluded.ended_at
          """,
          device,
          command.requestId(),
          command.deviceId(),
          command.action(),
          CommandSignature.parameters(command.parameters()).canonical(),
          entry.arrivedAt().toEpochMilli(),
          entry.stage().name(),
          result == null ? null : result.toJson().canonical(),
          endedAt == null ? null : endedAt.toEpochMilli());
    }

    @Override
    public List<CommandRecord> unsettled() throws IOException {
      return records(COLUMNS + "and stage <> 'SETTLED' order by number", device);
    }

    @Override
    public @Nullable CommandRecord nextEnded() throws IOException {
      return first(
          records(
              COLUMNS + "and stage <> 'SETTLED' and stage = 'ENDED' order by number limit 1",
              device));
    }

    @Override
    public void forgetSettled(Instant endedBefore) throws IOException {
      change(
          "delete from command where device = ? and stage = 'SETTLED' and ended_at < ?",
          device,
          endedBefore.toEpochMilli());
    }
  }

  synchronized void change(String sql, @Nullable Object... values) throws IOException {
    try {
      bound(sql, values).executeUpdate();
    } catch (SQLException e) {
      throw failed(file, e);
    }
  }

  private List<CommandRecord> records(String sql, @Nullable Object... values) throws IOException {
    return rows(CommandDatabase::record, sql, values);
  }

  /// Makes something of a row.
  interface Reader<T> {
    T of(ResultSet row) throws SQLException, IOException;
  }

  synchronized <T> List<T> rows(Reader<T> reader, String sql, @Nullable Object... values)
      throws IOException {
    List<T> result = new ArrayList<>();
    try (ResultSet rows = bound(sql, values).executeQuery()) {
      while (rows.next()) {
        result.add(reader.of(rows));
      }
    } catch (SQLException e) {
      throw failed(file, e);
    }
    return result;
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

  private static CommandRecord record(ResultSet row) throws SQLException, IOException {
    Map<String, String> parameters = new HashMap<>();
    JsonText.readObject(row.getString("parameters"))
        .fields()
        .forEach((key, value) -> {
          if (value instanceof Json.Text text) {
            parameters.put(key, text.value());
          }
        });
    String result = row.getString("result");
    long endedAt = row.getLong("ended_at");
    return new CommandRecord(
        new Command(
            row.getString("request_id"),
            row.getString("device_id"),
            row.getString("action"),
            parameters),
        Instant.ofEpochMilli(row.getLong("arrived_at")),
        Stage.valueOf(row.getString("stage")),
        result == null ? null : CommandResult.fromJson(JsonText.readObject(result)),
        result == null ? null : Instant.ofEpochMilli(endedAt));
  }

  private static @Nullable CommandRecord first(List<CommandRecord> records) {
    return records.isEmpty() ? null : records.getFirst();
  }

  /// A sentence that says what to do.
  private static IOException failed(Path file, SQLException e) {
    boolean full =
        e instanceof SQLiteException s && s.getResultCode() == SQLiteErrorCode.SQLITE_FULL;
    return new IOException(
        full
            ? "The disk is full, or the file too large: nothing can be kept in " + file
            : "Nothing can be kept in " + file + ": " + e.getMessage(),
        e);
  }

  @Override
  public synchronized void close() throws IOException {
    try {
      connection.close();
    } catch (SQLException e) {
      throw failed(file, e);
    }
  }
}
