package dev.muster.server.task;

import dev.muster.protocol.VectorClock;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What tells others that a task or comment was deleted.
public record Tombstone(
    UUID id,
    Kind kind,
    UUID entity,
    @Nullable UUID deletedBy,
    @Nullable UUID deletedFromDevice,
    VectorClock clock,
    Instant createdAt,
    Instant expiresAt,
    @Nullable UUID pushedBy) {
  /// What is synchronized.
  public enum Kind {
    TASK,
    COMMENT;

    public String wireName() {
      return this == TASK ? "task" : "comment";
    }
  }
}
