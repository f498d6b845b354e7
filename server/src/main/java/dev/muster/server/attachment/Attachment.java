package dev.muster.server.attachment;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A file of a task.
///
/// @param uploaded up to where its bytes are there
/// @param completedAt when all of them were there, and were those that were announced; else null
record Attachment(
    UUID task,
    Announced announced,
    long uploaded,
    @Nullable UUID createdBy,
    @Nullable String createdByName,
    Instant createdAt,
    @Nullable Instant completedAt) {

  long missing() {
    return announced.size() - uploaded;
  }
}
