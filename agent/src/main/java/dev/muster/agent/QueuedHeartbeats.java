package dev.muster.agent;

import dev.muster.agent.core.Heartbeat;
import dev.muster.agent.core.HeartbeatQueue;
import dev.muster.agent.core.JsonText;
import java.io.IOException;
import java.time.Instant;
import java.util.List;

/// The heartbeats of one device that wait in `queue.db`.
final class QueuedHeartbeats implements HeartbeatQueue {
  static final String SCHEMA =
      """
      create table if not exists heartbeat (
        number integer primary key,
        device text not null,
        device_id text not null,
        taken_at integer not null,
        body text not null
      ) strict
      """;

  static final String INDEX =
      "create index if not exists heartbeat_order on heartbeat (device, number)";

  private final CommandDatabase database;
  private final String device;

  /// @param device named by something that stays the same when it enrolls again
  QueuedHeartbeats(CommandDatabase database, String device) {
    this.database = database;
    this.device = device;
  }

  @Override
  public void add(Heartbeat heartbeat) throws IOException {
    database.change(
        "insert into heartbeat (device, device_id, taken_at, body) values (?, ?, ?, ?)",
        device,
        heartbeat.deviceId(),
        heartbeat.takenAt().toEpochMilli(),
        heartbeat.body().canonical());
  }

  @Override
  public List<Heartbeat> oldest(int most) throws IOException {
    return database.rows(
        row ->
            new Heartbeat(
                row.getString("device_id"),
                Instant.ofEpochMilli(row.getLong("taken_at")),
                JsonText.readObject(row.getString("body"))),
        "select device_id, taken_at, body from heartbeat where device = ? order by number limit ?",
        device,
        most);
  }

  @Override
  public void removeOldest(int count) throws IOException {
    database.change(
        """
        delete from heartbeat where number in
          (select number from heartbeat where device = ? order by number limit ?)
        """,
        device,
        count);
  }

  @Override
  public int size() throws IOException {
    return database
        .rows(row -> row.getInt(1), "select count(*) from heartbeat where device = ?", device)
        .getFirst();
  }
}
