package dev.muster.server.task;

import dev.muster.protocol.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What the tables of tasks and comments have in common.
final class Rows {
  /// The columns of [Stamp].
  static final String STAMP =
      "version, vector_clock, last_modified_by, last_modified_device, created_at, updated_at, deleted_at,"
          + " pushed_by";

  private Rows() {}

  /// Of a row whose columns have their own names.
  static Stamp stamp(ResultSet row) throws SQLException {
    return new Stamp(
        row.getLong("version"),
        Clocks.parse(row.getString("vector_clock")),
        row.getObject("last_modified_by", UUID.class),
        row.getObject("last_modified_device", UUID.class),
        time(row, "created_at"),
        time(row, "updated_at"),
        timeOrNull(row, "deleted_at"),
        row.getObject("pushed_by", UUID.class));
  }

  /// The columns of a stamp as `jsonb_to_recordset` takes them.
  static Map<String, Json> json(Numbered<?> numbered, Stamp stamp) {
    Map<String, Json> columns = new HashMap<>();
    columns.put("version", Json.of(stamp.version()));
    columns.put("vector_clock", Clocks.json(stamp.clock()));
    columns.put("last_modified_by", text(stamp.modifiedBy()));
    columns.put("last_modified_device", text(stamp.modifiedDevice()));
    columns.put("created_at", text(stamp.createdAt()));
    columns.put("updated_at", text(stamp.updatedAt()));
    columns.put("deleted_at", text(stamp.deletedAt()));
    columns.put("pushed_by", text(stamp.pushedBy()));
    columns.put("change_number", Json.of(numbered.number()));
    return columns;
  }

  static Json text(@Nullable Object value) {
    return Optional.ofNullable(value).map(Object::toString).<Json>map(Json::of).orElse(Json.NULL);
  }

  static Instant time(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  static @Nullable Instant timeOrNull(ResultSet row, String column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }
}
