package dev.muster.server.audit;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.muster.protocol.Json;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// The shapes of the log on REST.
final class AuditWire {
  private AuditWire() {}

  /// @param name of a person, an e-mail address; of the server, the job; null when nobody knows
  @Schema(name = "AuditActor")
  public record ActorRow(String kind, @Nullable UUID id, @Nullable String name) {}

  @Schema(name = "AuditTarget")
  public record TargetRow(String kind, String id) {}

  /// @param erased whether the fields were personal data that have been erased
  /// @param position in the chain; null until the entry is sealed
  @Schema(name = "AuditEntry")
  @JsonNaming(SnakeCaseStrategy.class)
  public record EntryRow(
      UUID id,
      Instant at,
      ActorRow actor,
      String action,
      TargetRow target,
      @Nullable String requestId,
      @Schema(implementation = Object.class) Json before,
      @Schema(implementation = Object.class) Json after,
      boolean erased,
      @Nullable Long position) {
    static EntryRow of(AuditLog.Named named) {
      Entry entry = named.entry();
      AuditStore.Stored stored = named.found().stored();
      return new EntryRow(
          entry.id(),
          entry.at(),
          new ActorRow(entry.actor().kind().wireName(), entry.actor().id(), named.actor()),
          entry.action(),
          new TargetRow(entry.kind(), entry.target()),
          entry.requestId(),
          stored.before(),
          stored.after(),
          stored.erased(),
          named.found().position());
    }
  }

  @Schema(name = "AuditHead")
  public record HeadRow(long position, String hash) {}

  @Schema(name = "AuditProblem")
  @JsonNaming(SnakeCaseStrategy.class)
  public record ProblemRow(
      @Nullable Long position, @Nullable UUID entryId, String kind, String message) {
    static ProblemRow of(Verdict.Problem problem) {
      return new ProblemRow(
          problem.position(),
          problem.entry(),
          problem.kind().name().toLowerCase(Locale.ROOT),
          problem.message());
    }
  }

  /// @param head null while nothing is sealed
  @Schema(name = "AuditVerdict")
  public record VerdictRow(
      boolean intact,
      long entries,
      long unsealed,
      @Nullable HeadRow head,
      List<ProblemRow> problems) {
    static VerdictRow of(Verdict verdict) {
      Head head = verdict.head();
      return new VerdictRow(
          verdict.intact(),
          verdict.entries(),
          verdict.unsealed(),
          head.equals(Head.NONE) ? null : new HeadRow(head.position(), head.hash()),
          verdict.problems().stream().map(ProblemRow::of).toList());
    }
  }
}
