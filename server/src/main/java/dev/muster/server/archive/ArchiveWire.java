package dev.muster.server.archive;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.time.Instant;
import java.time.LocalDate;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// The shapes of archives under `/api`.
final class ArchiveWire {
  private ArchiveWire() {}

  /// A day of heartbeats.
  ///
  /// @param wish what was asked for and is not done: ARCHIVE, VERIFY or RESTORE
  @Schema(name = "ArchiveDay")
  @JsonNaming(SnakeCaseStrategy.class)
  public record Row(
      LocalDate day,
      String state,
      @Nullable String wish,
      @Nullable Instant frozenAt,
      @Nullable Instant droppedAt,
      @Nullable Instant keepUntil,
      @Nullable Stored archive,
      @Nullable Trouble problem) {
    static Row of(Day day) {
      return new Row(
          day.date(),
          day.state().name(),
          day.wish() == null ? null : day.wish().name(),
          day.times().frozenAt(),
          day.times().droppedAt(),
          day.times().keepUntil(),
          day.stored() == null ? null : Stored.of(day.date(), day.stored()),
          day.trouble() == null ? null : Trouble.of(day.trouble()));
    }
  }

  @Schema(name = "Archive")
  @JsonNaming(SnakeCaseStrategy.class)
  public record Stored(
      String file,
      long rows,
      long bytes,
      String sha256,
      Instant archivedAt,
      @Nullable Instant verifiedAt) {
    private static Stored of(LocalDate date, Day.Stored stored) {
      return new Stored(
          ArchiveManifest.file(date),
          stored.rows(),
          stored.bytes(),
          stored.sha256(),
          stored.archivedAt(),
          stored.verifiedAt());
    }
  }

  @Schema(name = "ArchiveProblem")
  @JsonNaming(SnakeCaseStrategy.class)
  public record Trouble(String detail, Instant at, int times) {
    private static Trouble of(Day.Trouble trouble) {
      return new Trouble(trouble.said(), trouble.at(), trouble.times());
    }
  }

  /// @param days how many archives are read back
  @Schema(name = "ArchiveVerification")
  @JsonNaming(SnakeCaseStrategy.class)
  public record Verification(int days) {}
}
