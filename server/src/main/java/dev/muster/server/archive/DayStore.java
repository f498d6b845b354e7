package dev.muster.server.archive;

import dev.muster.server.archive.Day.State;
import dev.muster.server.archive.Day.Stored;
import dev.muster.server.archive.Day.Times;
import dev.muster.server.archive.Day.Trouble;
import dev.muster.server.archive.Day.Wish;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The SQL of what is known of days.
final class DayStore {
  private static final String COLUMNS =
      """
      day, state, wish, made_at, frozen_at, archived_at, verified_at, dropped_at, keep_until,
      row_count, bytes, sha256, error, failed_at, failures\
      """;

  /// A day that failed is tried again after 10 s, and after twice as long each further time, up to
  /// an hour.
  private static final String AGAIN =
      """
      (failed_at is null
        or failed_at + least(interval '1 hour', interval '10 seconds' * power(2, least(failures, 12) - 1)) <= :now)\
      """;

  private DayStore() {}

  private static Day read(ResultSet row) throws SQLException {
    Instant archivedAt = instant(row, "archived_at");
    Instant failedAt = instant(row, "failed_at");
    String wish = row.getString("wish");
    return new Day(
        row.getObject("day", LocalDate.class),
        State.valueOf(row.getString("state")),
        wish == null ? null : Wish.valueOf(wish),
        new Times(
            row.getObject("made_at", OffsetDateTime.class).toInstant(),
            instant(row, "frozen_at"),
            instant(row, "dropped_at"),
            instant(row, "keep_until")),
        archivedAt == null
            ? null
            : new Stored(
                row.getLong("row_count"),
                row.getLong("bytes"),
                row.getString("sha256"),
                archivedAt,
                instant(row, "verified_at")),
        failedAt == null
            ? null
            : new Trouble(row.getString("error"), failedAt, row.getInt("failures")));
  }

  private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }

  private static List<Day> where(Handle handle, String condition) {
    return handle
        .createQuery("select " + COLUMNS + " from archive.day where " + condition)
        .map((row, _) -> read(row))
        .list();
  }

  static List<Day> all(Handle handle) {
    return where(handle, "true order by day");
  }

  static Optional<Day> find(Handle handle, LocalDate date) {
    return handle
        .createQuery("select " + COLUMNS + " from archive.day where day = :day")
        .bind("day", date)
        .map((row, _) -> read(row))
        .findOne();
  }

  /// Of those that are not where they should be, the oldest first.
  ///
  /// @param keptFrom the oldest day that stays in the database
  static List<Day> due(Handle handle, Instant now, LocalDate keptFrom) {
    return handle
        .createQuery(
            "select "
                + COLUMNS
                + """
                 from archive.day
                where (wish is not null
                    or state in ('DETACHING', 'DETACHED', 'ARCHIVED', 'VERIFIED')
                    or (state = 'ATTACHED' and day < :keptFrom)
                    or (state = 'RESTORED' and keep_until <= :now))
                  and
                """
                + AGAIN
                + " order by day")
        .bind("now", now)
        .bind("keptFrom", keptFrom)
        .map((row, _) -> read(row))
        .list();
  }

  /// Wishes that the oldest day before `today` be archived, unless one is on its way already. A
  /// restored day has its own time.
  static Optional<LocalDate> sendOldestAway(Handle handle, LocalDate today) {
    return handle
        .createQuery(
            """
            update archive.day set wish = 'ARCHIVE'
            where day = (select min(day) from archive.day where state = 'ATTACHED' and day < :today)
              and not exists (
                select from archive.day
                where wish is not null or state in ('DETACHING', 'DETACHED', 'ARCHIVED', 'VERIFIED'))
            returning day
            """)
        .bind("today", today)
        .mapTo(LocalDate.class)
        .findOne();
  }

  /// Days that somebody wants back from the archive, and whose time is not over.
  static List<LocalDate> wantedBack(Handle handle, Instant now) {
    return handle
        .createQuery(
            """
            select day from archive.day
            where (state = 'RESTORED' and keep_until > :now) or (state = 'DROPPED' and wish = 'RESTORE')
            """)
        .bind("now", now)
        .mapTo(LocalDate.class)
        .list();
  }

  /// Days of the history that have no index by device yet, in their order.
  static List<LocalDate> growing(Handle handle) {
    return handle
        .createQuery(
            """
            select day from archive.day
            where frozen_at is null and state in ('ATTACHED', 'RESTORED') order by day
            """)
        .mapTo(LocalDate.class)
        .list();
  }

  /// The oldest day of which the database still has a table.
  static Optional<LocalDate> oldestThere(Handle handle) {
    return handle
        .createQuery("select min(day) from archive.day where state <> 'DROPPED'")
        .mapTo(LocalDate.class)
        .findOne();
  }

  /// Days before `before` that are over and not frozen.
  static List<LocalDate> toFreeze(Handle handle, LocalDate before) {
    return handle
        .createQuery(
            """
            select day from archive.day
            where frozen_at is null and state in ('ATTACHED', 'RESTORED') and day < :before order by day
            """)
        .bind("before", before)
        .mapTo(LocalDate.class)
        .list();
  }

  static void made(Handle handle, LocalDate date, Instant now) {
    handle.execute(
        "insert into archive.day (day, state, made_at) values (?, 'ATTACHED', ?)", date, now);
  }

  /// Notes a day of which only the archive is known.
  static void known(Handle handle, LocalDate date, Stored stored, Instant now) {
    handle.execute(
        """
        insert into archive.day
          (day, state, made_at, archived_at, verified_at, dropped_at, row_count, bytes, sha256)
        values (?, 'DROPPED', ?, ?, ?, ?, ?, ?, ?) on conflict do nothing
        """,
        date,
        now,
        stored.archivedAt(),
        stored.archivedAt(),
        stored.archivedAt(),
        stored.rows(),
        stored.bytes(),
        stored.sha256());
  }

  /// Says whether it is noted: not while another wish is pending.
  static boolean wish(Handle handle, LocalDate date, Wish wish) {
    return handle.execute(
            """
            update archive.day set wish = ?, error = null, failed_at = null, failures = 0
            where day = ? and wish is null
            """,
            wish.name(),
            date)
        > 0;
  }

  /// How many.
  static int wishAllVerified(Handle handle) {
    return handle.execute(
        """
        update archive.day set wish = 'VERIFY', error = null, failed_at = null, failures = 0
        where archived_at is not null and wish is null
        """);
  }

  static void frozen(Handle handle, LocalDate date, Instant now) {
    handle.execute("update archive.day set frozen_at = ? where day = ?", now, date);
  }

  static void detaching(Handle handle, LocalDate date) {
    handle.execute("update archive.day set state = 'DETACHING', wish = null where day = ?", date);
  }

  /// A day that has an archive (it was restored) only has it verified again.
  static void detached(Handle handle, LocalDate date, Instant now) {
    handle.execute(
        """
        update archive.day
        set state = case when archived_at is null then 'DETACHED' else 'ARCHIVED' end,
          detached_at = ?, keep_until = null, error = null, failed_at = null, failures = 0
        where day = ?
        """,
        now,
        date);
  }

  static void archived(Handle handle, LocalDate date, Stored stored) {
    handle.execute(
        """
        update archive.day
        set state = 'ARCHIVED', archived_at = ?, verified_at = null, row_count = ?, bytes = ?,
          sha256 = ?, error = null, failed_at = null, failures = 0
        where day = ?
        """,
        stored.archivedAt(),
        stored.rows(),
        stored.bytes(),
        stored.sha256(),
        date);
  }

  /// Its archive is good. The day is one step further if it was waiting for that.
  static void verified(Handle handle, LocalDate date, Instant now) {
    handle.execute(
        """
        update archive.day
        set state = case state when 'ARCHIVED' then 'VERIFIED' else state end, verified_at = ?,
          wish = null, error = null, failed_at = null, failures = 0
        where day = ?
        """,
        now,
        date);
  }

  static void dropped(Handle handle, LocalDate date, Instant now) {
    handle.execute(
        """
        update archive.day
        set state = 'DROPPED', dropped_at = ?, wish = null, error = null, failed_at = null, failures = 0
        where day = ?
        """,
        now,
        date);
  }

  static void restored(Handle handle, LocalDate date, Instant now, Instant keepUntil) {
    handle.execute(
        """
        update archive.day
        set state = 'RESTORED', wish = null, restored_at = ?, keep_until = ?, frozen_at = null,
          error = null, failed_at = null, failures = 0
        where day = ?
        """,
        now,
        keepUntil,
        date);
  }

  /// What somebody asked for is not tried again; what retention asks for is. A day whose archive
  /// turned out bad before it was dropped is archived again.
  static void failed(Handle handle, LocalDate date, String said, Instant now, boolean badArchive) {
    handle.execute(
        """
        update archive.day
        set error = left(?, 1000), failed_at = ?, failures = failures + 1, wish = null,
          state = case when ? and state in ('ARCHIVED', 'VERIFIED') then 'DETACHED' else state end
        where day = ?
        """,
        said,
        now,
        badArchive,
        date);
  }

  /// The oldest day from which on none is missing, up to the newest.
  static Optional<LocalDate> oldestAttached(Handle handle) {
    return handle
        .createQuery(
            """
            select min(day) from (
              select day, day + row_number() over (order by day desc)::int as run
              from archive.day where state = 'ATTACHED') d
            where run = (select max(day) + 1 from archive.day where state = 'ATTACHED')
            """)
        .mapTo(LocalDate.class)
        .findOne();
  }

  /// The first day that is missing, beginning at the oldest partition, or at `first` when there is
  /// none that old; days that have gone already are not missing.
  static LocalDate oldestMissing(Handle handle, LocalDate first) {
    return handle
        .createQuery(
            """
            select coalesce(
              (select min(d)::date
               from generate_series(
                 least(:first, (select min(day) from archive.day where state = 'ATTACHED'))::timestamp,
                 greatest(:first, (select max(day) + 1 from archive.day where state = 'ATTACHED'))::timestamp,
                 interval '1 day') d
               where not exists (select from archive.day a where a.day = d::date)),
              :first)
            """)
        .bind("first", first)
        .mapTo(LocalDate.class)
        .one();
  }

  /// Tables of days that are, or may be, detached.
  static List<String> detached(Handle handle) {
    return handle
        .createQuery(
            """
            select 'telemetry.heartbeat_' || to_char(day, 'YYYY_MM_DD') from archive.day
            where state in ('DETACHING', 'DETACHED', 'ARCHIVED', 'VERIFIED')
              and to_regclass('telemetry.heartbeat_' || to_char(day, 'YYYY_MM_DD')) is not null
            order by day
            """)
        .mapTo(String.class)
        .list();
  }

  /// Makes the record follow a database that was restored from a backup, which has no partitions.
  static void forgetMissing(Handle handle, List<String> tables) {
    handle
        .createUpdate(
            """
            update archive.day set state = 'DROPPED', keep_until = null
            where state = 'RESTORED' and 'heartbeat_' || to_char(day, 'YYYY_MM_DD') <> all(:tables)
            """)
        .bindArray("tables", String.class, tables)
        .execute();
    handle
        .createUpdate(
            """
            delete from archive.day
            where state in ('ATTACHED', 'DETACHING', 'DETACHED')
              and 'heartbeat_' || to_char(day, 'YYYY_MM_DD') <> all(:tables)
            """)
        .bindArray("tables", String.class, tables)
        .execute();
  }
}
