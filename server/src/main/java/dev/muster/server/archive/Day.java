package dev.muster.server.archive;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/// A UTC day of the history of heartbeats.
///
/// @param wish what somebody asked for, until it is done or has failed
/// @param stored its archive, if one was written
/// @param trouble the newest failure, until something succeeds
record Day(
    LocalDate date,
    State state,
    @Nullable Wish wish,
    Times times,
    @Nullable Stored stored,
    @Nullable Trouble trouble) {

  /// Where it is on its way out of the database.
  enum State {
    /// A partition.
    ATTACHED,
    /// Being detached: still a partition or none any more.
    DETACHING,
    /// A table of its own, not archived.
    DETACHED,
    /// Archived, and not read back.
    ARCHIVED,
    /// Read back, so it may be dropped.
    VERIFIED,
    /// Only in the archive.
    DROPPED,
    /// Out of the archive, a partition for a while.
    RESTORED
  }

  /// What somebody may ask for.
  enum Wish {
    ARCHIVE,
    VERIFY,
    RESTORE
  }

  /// @param keepUntil of a restored day, until when retention leaves it alone
  record Times(
      Instant madeAt,
      @Nullable Instant frozenAt,
      @Nullable Instant droppedAt,
      @Nullable Instant keepUntil) {}

  /// What was written of a day.
  ///
  /// @param bytes of the file, as it was compressed
  /// @param sha256 of the file, in hex
  record Stored(
      long rows, long bytes, String sha256, Instant archivedAt, @Nullable Instant verifiedAt) {}

  /// @param times how often in a row
  record Trouble(String said, Instant at, int times) {}

  /// The day that `instant` is on.
  static LocalDate of(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC).toLocalDate();
  }

  static Instant begin(LocalDate day) {
    return day.atStartOfDay().toInstant(ZoneOffset.UTC);
  }
}
