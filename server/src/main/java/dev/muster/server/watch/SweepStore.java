package dev.muster.server.watch;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/// The SQL of when the sweep ran.
final class SweepStore {
  private SweepStore() {}

  /// Notes that it runs, and returns since when it has without a gap; empty when there was none.
  /// The first run of all has one before it where devices are watched already.
  ///
  /// @param gap the longest pause between two runs that is none
  static Optional<Instant> run(Handle handle, Instant now, Duration gap) {
    return handle
        .createQuery(
            """
            insert into watch.sweep as s (ran_at, since)
            values (:now, case when exists (select from watch.deadline) then cast(:now as timestamptz) end)
            on conflict (only_row) do update set ran_at = excluded.ran_at,
              since = case when s.ran_at between :earliest and :latest then s.since else excluded.ran_at end
            returning since
            """)
        .bind("now", now)
        .bind("earliest", now.minus(gap))
        .bind("latest", now.plus(gap))
        .map((row, _) -> Optional.ofNullable(row.getObject(1, OffsetDateTime.class)))
        .one()
        .map(OffsetDateTime::toInstant);
  }
}
