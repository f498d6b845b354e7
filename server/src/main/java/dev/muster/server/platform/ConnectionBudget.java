package dev.muster.server.platform;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/// The arithmetic of a database's connections: a node that may ask for more than there are is
/// refused at its start, and not on its busiest day.
///
/// The pool counts whole, with what the node keeps to itself in it: one connection hears broadcasts
/// and migrations take two. One more, outside the pool, is for the health checks.
///
/// @param most what the database lets in at the same time
/// @param reserved those of them that are kept for superusers
/// @param held by others at this moment
public record ConnectionBudget(int most, int reserved, int held) {
  static final int OUTSIDE_THE_POOL = 1;

  /// What the database says, asked by the role that the server logs in with.
  static ConnectionBudget of(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                """
                select
                  current_setting('max_connections')::int as most,
                  current_setting('superuser_reserved_connections')::int
                    + coalesce(current_setting('reserved_connections', true), '0')::int as reserved,
                  (select count(*) from pg_stat_activity
                   where datid is not null and pid <> pg_backend_pid()
                     and coalesce(backend_type, 'client backend') = 'client backend') as held
                """)) {
      row.next();
      return new ConnectionBudget(row.getInt("most"), row.getInt("reserved"), row.getInt("held"));
    }
  }

  /// @throws IllegalStateException with the whole sum when a node with this pool does not fit
  void requireRoomFor(int poolSize) {
    int needed = poolSize + OUTSIDE_THE_POOL;
    int left = most - reserved - held;
    if (needed <= left) {
      return;
    }
    int fitting = left - OUTSIDE_THE_POOL;
    throw new IllegalStateException(
        ("The database has too few connections for this node. It lets in %d, of which %d are kept"
                + " for superusers and %d are held by others now (other nodes, tools), so %d are"
                + " left; this node needs %d: muster.pool.size=%d and %d for its health checks."
                + " %sset max_connections of PostgreSQL to %d or more.")
            .formatted(
                most,
                reserved,
                held,
                Math.max(0, left),
                needed,
                poolSize,
                OUTSIDE_THE_POOL,
                fitting >= Settings.Pool.LEAST
                    ? "Set muster.pool.size to %d or less, or ".formatted(fitting)
                    : "Stop what holds them, or ",
                reserved + held + needed));
  }
}
