package dev.muster.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// Tasks, and devices for clocks to name, made by SQL. The change of each task has a number of its
/// own, as the product would have given it.
final class SyncRows {
  private static final String TASKS =
      """
      with given as (
        insert into task.change_counter as c (organization_id, last)
        select organization_id, (extract(epoch from clock_timestamp()) * 1000)::bigint + ? as last
        from identity.users limit 1
        on conflict (organization_id) do update set last = greatest(c.last + ?, excluded.last)
        returning organization_id, last
      )
      insert into task.task (organization_id, id, title, description, status, priority, position, tags,
        custom_fields, version, vector_clock, created_at, updated_at, change_number)
      select organization_id, (lpad(to_hex(?), 16, '0') || lpad(to_hex(i), 16, '0'))::uuid, 'Check pump ' || i,
        'The seal of the second pump may leak; see what it needs.', 'todo', 'high', i, '{pump,weekly}',
        '{"site": "Store 0042"}', 1, cast(? as jsonb), now(), now(), last - i
      from given, generate_series(0, ? - 1) as i
      """;

  private static final String DEVICES =
      """
      insert into device.device (organization_id, id, handle, name, name_key, platform, type, status, created_at,
        updated_at)
      select organization_id, uuidv7(), 'clock-' || i, 'Clock ' || i, 'clock ' || i, 'ANDROID', 'tablet', 'IDLE',
        now(), now()
      from (select organization_id from identity.users limit 1) o, generate_series(1, ?) as i
      returning id
      """;

  private SyncRows() {}

  /// Makes tasks whose ids are `new UUID(mark, 0)` and so on.
  ///
  /// @param clock of each, as JSON
  static void tasks(Connection database, long mark, int count, String clock) throws SQLException {
    try (PreparedStatement statement = database.prepareStatement(TASKS)) {
      statement.setInt(1, count);
      statement.setInt(2, count);
      statement.setLong(3, mark);
      statement.setString(4, clock);
      statement.setInt(5, count);
      statement.execute();
    }
    Copies.settle(database);
  }

  static List<String> devices(Connection database, int count) throws SQLException {
    List<String> ids = new ArrayList<>();
    try (PreparedStatement statement = database.prepareStatement(DEVICES)) {
      statement.setInt(1, count);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          ids.add(rows.getObject(1, UUID.class).toString());
        }
      }
    }
    return ids;
  }
}
