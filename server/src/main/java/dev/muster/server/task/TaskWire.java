package dev.muster.server.task;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.muster.protocol.Json;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// The shapes of tasks, comments, projects and history in JSON.
public final class TaskWire {
  private static final String NAME = "must have 1 to 200 characters";
  private static final String NOT_BLANK = "(?s).*\\S.*";
  private static final String TEXT = "must have 20000 characters at the most";
  private static final String COLOR = "must be a color such as #3B82F6";
  private static final String COLOR_FORM = "#[0-9A-Fa-f]{6}";

  private TaskWire() {}

  /// A task.
  ///
  /// @param position decimal, with ten places after the point
  /// @param checksum SHA-256, hex, by which a client sees whether it holds the same
  @JsonNaming(SnakeCaseStrategy.class)
  public record TaskBody(
      UUID id,
      String organization,
      @Nullable UUID project,
      @Nullable String projectName,
      String title,
      String description,
      String status,
      String priority,
      @Nullable Instant dueDate,
      @Nullable Instant completedAt,
      String position,
      @Nullable UUID createdBy,
      @Nullable String createdByName,
      @Nullable UUID assignedTo,
      @Nullable String assignedToName,
      @Nullable UUID device,
      @Nullable String deviceName,
      @Nullable UUID group,
      @Nullable String groupName,
      List<String> tags,
      @Schema(implementation = Object.class) Json.Obj customFields,
      long version,
      Map<String, Long> vectorClock,
      @Nullable UUID lastModifiedBy,
      @Nullable String lastModifiedByName,
      @Nullable UUID lastModifiedDevice,
      String checksum,
      long commentCount,
      Instant createdAt,
      Instant updatedAt,
      @Nullable Instant deletedAt) {
    static TaskBody of(TaskListStore.TaskRow row, String organization) {
      Task task = row.task();
      Stamp stamp = task.stamp();
      return new TaskBody(
          task.id(),
          organization,
          task.project(),
          row.projectName(),
          task.title(),
          task.description(),
          task.status().wireName(),
          task.priority().wireName(),
          task.dueDate(),
          task.completedAt(),
          task.position().toPlainString(),
          task.createdBy(),
          row.createdByName(),
          task.assignedTo(),
          row.assignedToName(),
          task.device(),
          row.deviceName(),
          task.group(),
          row.groupName(),
          task.tags(),
          task.customFields(),
          stamp.version(),
          stamp.clock().components(),
          stamp.modifiedBy(),
          row.modifiedByName(),
          stamp.modifiedDevice(),
          Checksum.of(task),
          row.comments(),
          stamp.createdAt(),
          stamp.updatedAt(),
          stamp.deletedAt());
    }
  }

  /// A comment.
  @JsonNaming(SnakeCaseStrategy.class)
  public record CommentBody(
      UUID id,
      UUID task,
      @Nullable UUID user,
      @Nullable String userName,
      @Nullable String userAvatarUrl,
      String content,
      @Nullable UUID parent,
      long version,
      Map<String, Long> vectorClock,
      @Nullable UUID lastModifiedBy,
      @Nullable String lastModifiedByName,
      @Nullable UUID lastModifiedDevice,
      boolean isEdited,
      Instant createdAt,
      Instant updatedAt,
      @Nullable Instant deletedAt) {
    static CommentBody of(TaskListStore.CommentRow row) {
      Comment comment = row.comment();
      Stamp stamp = comment.stamp();
      return new CommentBody(
          comment.id(),
          comment.task(),
          comment.user(),
          row.userName(),
          row.userAvatarUrl(),
          comment.content(),
          comment.parent(),
          stamp.version(),
          stamp.clock().components(),
          stamp.modifiedBy(),
          row.modifiedByName(),
          stamp.modifiedDevice(),
          comment.edited(),
          stamp.createdAt(),
          stamp.updatedAt(),
          stamp.deletedAt());
    }
  }

  @JsonNaming(SnakeCaseStrategy.class)
  record HistoryBody(
      UUID id,
      UUID task,
      @Nullable UUID user,
      @Nullable String userName,
      @Nullable UUID device,
      @Nullable String deviceName,
      String changeType,
      @Schema(implementation = Object.class) Json.Obj changes,
      @Schema(implementation = Object.class) Json.@Nullable Obj previousState,
      Map<String, Long> vectorClock,
      Instant createdAt) {
    static HistoryBody of(HistoryStore.Row row) {
      HistoryStore.Entry entry = row.entry();
      return new HistoryBody(
          row.id(),
          entry.task(),
          entry.user(),
          row.userName(),
          entry.device(),
          row.deviceName(),
          entry.type(),
          entry.changes(),
          entry.before(),
          entry.clock().components(),
          entry.at());
    }
  }

  @JsonNaming(SnakeCaseStrategy.class)
  record ProjectBody(
      UUID id,
      String organization,
      String name,
      String description,
      String color,
      boolean isArchived,
      @Nullable UUID createdBy,
      @Nullable String createdByName,
      long taskCount,
      Instant createdAt,
      Instant updatedAt) {
    static ProjectBody of(Project project, String organization) {
      return new ProjectBody(
          project.id(),
          organization,
          project.name(),
          project.description(),
          project.color(),
          project.archived(),
          project.createdBy(),
          project.createdByName(),
          project.tasks(),
          project.createdAt(),
          project.updatedAt());
    }
  }

  record NewProject(
      @NotBlank(message = NAME) @Size(max = 200, message = NAME) String name,
      @Nullable @Size(max = 20_000, message = TEXT) String description,
      @Nullable @Pattern(regexp = COLOR_FORM, message = COLOR) String color) {}

  record ProjectPatch(
      @Nullable @Pattern(regexp = NOT_BLANK, message = NAME) @Size(max = 200, message = NAME)
          String name,
      @Nullable @Size(max = 20_000, message = TEXT) String description,
      @Nullable @Pattern(regexp = COLOR_FORM, message = COLOR) String color) {}

  record NewComment(
      @NotNull(message = "must be the id of a task") UUID task,
      @Nullable UUID parent,
      @NotBlank(message = Comments.RULE) @Size(max = Comments.LONGEST, message = Comments.RULE)
          String content) {}

  record CommentPatch(
      @Nullable
          @Pattern(regexp = NOT_BLANK, message = Comments.RULE)
          @Size(max = Comments.LONGEST, message = Comments.RULE)
          String content) {}
}
