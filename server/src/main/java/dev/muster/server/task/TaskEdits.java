package dev.muster.server.task;

import dev.muster.protocol.Json;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Refusal;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What somebody who is online makes of tasks, of one or of many: the same rules for each.
///
/// @param references of the tasks, and of what the fields name
public record TaskEdits(Author author, References references, Instant now) {
  /// A new task.
  ///
  /// @param fields checked ones of [TaskFields]
  /// @throws Refusal `invalid_fields` without a title, `not_found` for what they name and is not
  ///   there
  public Task make(UUID id, Map<String, Json> fields) {
    if (!fields.containsKey(TaskFields.TITLE)) {
      throw Refusal.invalid(TaskFields.TITLE, "must be a string of 1 to 500 characters");
    }
    references.require(Map.of(), fields);
    Stamp stamp = Stamp.made(author.user(), author.device(), now);
    return TaskFields.set(Task.titled(id, "", author.user(), stamp), fields).completed(now);
  }

  /// The task after a change; the same when nothing changes.
  ///
  /// @param held null when there is none
  /// @throws Refusal `not_found`, `forbidden`, `task_state`
  public Task change(@Nullable Task held, Map<String, Json> fields) {
    Task before = live(held);
    author.requireMayChange(before, references.makers());
    Task wanted = TaskFields.set(before, fields).completed(now);
    if (wanted.equals(before)) {
      return before;
    }
    before.status().requireMayBecome(wanted.status());
    references.require(TaskFields.of(before), fields);
    return wanted.with(before.stamp().edited(author.user(), author.device(), now));
  }

  /// The task, deleted: it stays, with its clock, and a tombstone tells of it.
  ///
  /// @throws Refusal `not_found`, `forbidden`
  public Task delete(@Nullable Task held) {
    Task before = live(held);
    author.requireMayChange(before, references.makers());
    return before.with(before.stamp().deleted(author.user(), author.device(), now));
  }

  /// The task, back again.
  ///
  /// @throws Refusal `not_found`, `forbidden`, `task_state` when it is not deleted
  public Task restore(@Nullable Task held) {
    if (held == null) {
      throw Refusal.notFound("task");
    }
    author.requireMayChange(held, references.makers());
    if (!held.stamp().isDeleted()) {
      throw Refusal.of(ErrorCode.TASK_STATE, "The task is not deleted.");
    }
    return held.with(held.stamp().restored(author.user(), author.device(), now));
  }

  private static Task live(@Nullable Task held) {
    if (held == null || held.stamp().isDeleted()) {
      throw Refusal.notFound("task");
    }
    return held;
  }
}
