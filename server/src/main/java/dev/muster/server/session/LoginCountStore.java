package dev.muster.server.session;

import java.time.Instant;
import java.time.OffsetDateTime;
import org.jdbi.v3.core.Handle;

/// The SQL of the counts of logins.
final class LoginCountStore {
  record Count(int attempts, Instant windowEnds) {}

  private LoginCountStore() {}

  /// Counts one more, in the window that runs or else in a new one until `windowEnds`.
  static Count add(Handle handle, byte[] key, Instant now, Instant windowEnds) {
    return handle
        .createQuery(
            """
            insert into session.login_count as c (key, attempts, window_ends)
            values (:key, 1, :windowEnds)
            on conflict (key) do update set
              attempts = case when c.window_ends > :now then c.attempts + 1 else 1 end,
              window_ends = case when c.window_ends > :now then c.window_ends else :windowEnds end
            returning attempts, window_ends
            """)
        .bind("key", key)
        .bind("now", now)
        .bind("windowEnds", windowEnds)
        .map((row, _) ->
            new Count(
                row.getInt("attempts"),
                row.getObject("window_ends", OffsetDateTime.class).toInstant()))
        .one();
  }

  /// Takes one back.
  static void subtract(Handle handle, byte[] key) {
    handle.execute(
        "update session.login_count set attempts = greatest(0, attempts - 1) where key = ?", key);
  }

  static void remove(Handle handle, byte[] key) {
    handle.execute("delete from session.login_count where key = ?", key);
  }

  /// Remembers the key until then.
  static void remember(Handle handle, byte[] key, Instant until) {
    handle.execute(
        """
        insert into session.login_count as c (key, attempts, window_ends) values (?, 0, ?)
        on conflict (key) do update set window_ends = greatest(c.window_ends, excluded.window_ends)
        """,
        key,
        until);
  }

  static boolean isRemembered(Handle handle, byte[] key, Instant now) {
    return handle
        .createQuery("select 1 from session.login_count where key = :key and window_ends > :now")
        .bind("key", key)
        .bind("now", now)
        .mapTo(Integer.class)
        .findOne()
        .isPresent();
  }

  /// Deletes counts whose window is over, at most `limit`.
  static int deleteOver(Handle handle, Instant now, int limit) {
    return handle.execute(
        """
        delete from session.login_count where key in (
          select key from session.login_count
          where window_ends <= ? limit ? for update skip locked)
        """,
        now,
        limit);
  }
}
