package dev.muster.server.task;

import dev.muster.protocol.Json;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A piece of work.
///
/// @param completedAt exactly when it is done
/// @param position where it stands among the others, with ten places after the point
/// @param device that it is about; null for none
/// @param group of devices that it is about; null for none
public record Task(
    UUID id,
    @Nullable UUID project,
    String title,
    String description,
    TaskStatus status,
    Priority priority,
    @Nullable Instant dueDate,
    @Nullable Instant completedAt,
    BigDecimal position,
    @Nullable UUID assignedTo,
    @Nullable UUID device,
    @Nullable UUID group,
    List<String> tags,
    Json.Obj customFields,
    @Nullable UUID createdBy,
    Stamp stamp) {
  private static final int PLACES = 10;

  public Task {
    tags = List.copyOf(tags);
    position = position.setScale(PLACES, RoundingMode.HALF_UP);
  }

  /// One of which nothing is said but its title.
  public static Task titled(UUID id, String title, @Nullable UUID createdBy, Stamp stamp) {
    return new Task(
        id,
        null,
        title,
        "",
        TaskStatus.TODO,
        Priority.MEDIUM,
        null,
        null,
        new BigDecimal(1000),
        null,
        null,
        null,
        List.of(),
        Json.obj(Map.of()),
        createdBy,
        stamp);
  }

  public Task with(Stamp next) {
    return new Task(
        id,
        project,
        title,
        description,
        status,
        priority,
        dueDate,
        completedAt,
        position,
        assignedTo,
        device,
        group,
        tags,
        customFields,
        createdBy,
        next);
  }

  /// With `completedAt` as its status wants it.
  public Task completed(Instant now) {
    Instant at = status != TaskStatus.DONE ? null : completedAt != null ? completedAt : now;
    return new Task(
        id,
        project,
        title,
        description,
        status,
        priority,
        dueDate,
        at,
        position,
        assignedTo,
        device,
        group,
        tags,
        customFields,
        createdBy,
        stamp);
  }
}
