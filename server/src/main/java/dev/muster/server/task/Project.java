package dev.muster.server.task;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Tasks that belong together.
///
/// @param color as CSS has it, `#3B82F6`
/// @param tasks how many it has that are not deleted
public record Project(
    UUID id,
    String name,
    String description,
    String color,
    boolean archived,
    @Nullable UUID createdBy,
    @Nullable String createdByName,
    long tasks,
    Instant createdAt,
    Instant updatedAt) {
  static final String COLOR = "#3B82F6";
}
