package dev.muster.server.task;

import dev.muster.server.platform.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What the tables of tasks and comments have in common.
final class Rows {
  /// The columns of [Stamp].
  static final String STAMP =
      "version, vector_clock, last_modified_by, last_modified_device, created_at, updated_at, deleted_at,"
          + " pushed_by";

  static final Columns<Stamp> STAMPED =
      Columns.<Stamp>none()
          .number("version", Stamp::version)
          .text("vector_clock", "jsonb", stamp -> Clocks.text(stamp.clock()))
          .uuid("last_modified_by", Stamp::modifiedBy)
          .uuid("last_modified_device", Stamp::modifiedDevice)
          .time("created_at", Stamp::createdAt)
          .time("updated_at", Stamp::updatedAt)
          .time("deleted_at", Stamp::deletedAt)
          .uuid("pushed_by", Stamp::pushedBy);

  /// Joins `t`, which is written, with `r`. The ids are said twice, because without statistics of a
  /// table PostgreSQL reads all rows of the organization to join them.
  ///
  /// @param ids name of the parameter
  static String joined(String ids) {
    return " where t.organization_id = :organization and t.id = any(:%s) and t.id = r.id"
        .formatted(ids);
  }

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

  static Instant time(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  static @Nullable Instant timeOrNull(ResultSet row, String column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }
}
