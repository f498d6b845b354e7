package dev.muster.server.task;

import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Refusal;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// What has become of a task, and what may become of it.
///
/// | from | to |
/// | --- | --- |
/// | `todo` | `in_progress`, `done`, `blocked`, `cancelled` |
/// | `in_progress` | `todo`, `done`, `blocked`, `cancelled` |
/// | `blocked` | `todo`, `in_progress`, `cancelled` |
/// | `done` | `todo`, `in_progress` |
/// | `cancelled` | `todo` |
///
/// The table holds for who edits over REST. A device that was offline pushes where it ended, not
/// each step, and every status can be reached from every other.
public enum TaskStatus {
  TODO,
  IN_PROGRESS,
  DONE,
  BLOCKED,
  CANCELLED;

  static final String WORDS = "todo|in_progress|done|blocked|cancelled";
  static final String RULE = "must be one of todo, in_progress, done, blocked, cancelled";

  public static Optional<TaskStatus> named(String wireName) {
    return Arrays.stream(values()).filter(known -> known.wireName().equals(wireName)).findFirst();
  }

  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  boolean mayBecome(TaskStatus next) {
    return next == this
        || switch (this) {
          case TODO -> true;
          case IN_PROGRESS -> true;
          case BLOCKED -> next != DONE;
          case DONE -> next == TODO || next == IN_PROGRESS;
          case CANCELLED -> next == TODO;
        };
  }

  /// @throws Refusal `task_state`
  public void requireMayBecome(TaskStatus next) {
    if (!mayBecome(next)) {
      throw Refusal.of(
          ErrorCode.TASK_STATE,
          "A task that is %s cannot become %s.".formatted(wireName(), next.wireName()));
    }
  }

  /// Whether it is a stage of the work, of which a later one says more than an earlier one: `todo`,
  /// `in_progress`, `done`.
  public boolean isStage() {
    return this == TODO || this == IN_PROGRESS || this == DONE;
  }
}
