package dev.muster.server.task;

import dev.muster.protocol.Json;
import dev.muster.server.device.Devices;
import dev.muster.server.device.Groups;
import dev.muster.server.identity.UserNames;
import dev.muster.server.platform.OrganizationId;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Tasks and comments for those who synchronize them: many at once, in the transaction of the room
/// that has compared their clocks. Lock with [#hold] first, write once, and lock nothing after.
@Singleton
public final class Replica {
  /// Rows that the transaction has locked, deleted ones too, by id.
  public record Held(Map<UUID, Task> tasks, Map<UUID, Comment> comments) {}

  /// A row before and after, and what to tell of it in the history.
  ///
  /// @param before null when it is new
  /// @param dropped by field what was wanted too and a rule did not take; kept in the history of
  ///   tasks
  public record Edit<T>(@Nullable T before, T after, Map<String, Json> dropped) {
    public Edit(@Nullable T before, T after) {
      this(before, after, Map.of());
    }
  }

  /// Who asks what has changed. A row that is stored exactly as the device has pushed it is left
  /// out, but up to `wholeUntil` nothing is: who begins anew may hold nothing any more.
  public record Reader(UUID device, long wholeUntil) {}

  /// A page of what has changed.
  ///
  /// @param cursor up to which nothing is missing
  public record Changes(
      List<TaskWire.TaskBody> tasks,
      List<TaskWire.CommentBody> comments,
      List<Tombstone> tombstones,
      boolean hasMore,
      long cursor) {}

  private final UserNames users;
  private final Devices devices;
  private final Groups groups;
  private final ChangeNumbers numbers;

  public Replica(UserNames users, Devices devices, Groups groups, ChangeNumbers numbers) {
    this.users = users;
    this.devices = devices;
    this.groups = groups;
    this.numbers = numbers;
  }

  /// What fields name, with those devices and groups alone that are there, and that nobody erases
  /// until the transaction ends. To be asked for before tasks are locked, as erasing a device locks
  /// it before its tasks.
  public Named keep(
      Handle handle, OrganizationId organization, Collection<Map<String, Json>> fields) {
    Named named = Named.in(fields);
    return new Named(
        named.projects(),
        named.people(),
        devices.keepThere(handle, organization, named.devices()),
        groups.keepThere(handle, organization, named.groups()));
  }

  /// Locks those that exist, tasks before comments, each in the order of their ids.
  public Held hold(
      Handle handle,
      OrganizationId organization,
      Collection<UUID> tasks,
      Collection<UUID> comments) {
    return new Held(
        tasks.isEmpty() ? Map.of() : TaskStore.lock(handle, organization, tasks),
        comments.isEmpty() ? Map.of() : CommentStore.lock(handle, organization, comments));
  }

  /// Tasks and comments as they are, deleted ones too, without a lock.
  public Held look(
      Handle handle,
      OrganizationId organization,
      Collection<UUID> tasks,
      Collection<UUID> comments) {
    return new Held(
        tasks.isEmpty() ? Map.of() : TaskStore.find(handle, organization, tasks),
        comments.isEmpty() ? Map.of() : CommentStore.find(handle, organization, comments));
  }

  /// @param tasks as they are
  /// @param kept of [#keep]
  public References references(
      Handle handle, OrganizationId organization, Collection<Task> tasks, Named kept) {
    return References.of(handle, organization, users, tasks, kept);
  }

  /// Writes rows, each with a number of its own, with tombstones and history. What needs no number
  /// is written first, because from the number on everybody else of the organization waits.
  ///
  /// @return whether it is done; if not, another transaction has made one of the new rows since,
  ///   and everything must be done again from the begin
  public boolean write(
      Handle handle,
      Author author,
      List<Edit<Task>> tasks,
      List<Edit<Comment>> comments,
      Instant now) {
    int count = tasks.size() + comments.size();
    if (count == 0) {
      return true;
    }
    OrganizationId organization = author.organization();
    HistoryStore.append(
        handle, organization, tasks.stream().map(edit -> entry(author, edit, now)).toList());
    exhume(handle, organization, Tombstone.Kind.TASK, tasks, Task::id, Task::stamp);
    exhume(handle, organization, Tombstone.Kind.COMMENT, comments, Comment::id, Comment::stamp);
    numbers.announce(handle, organization);
    long place = 0;
    List<Numbered<Tombstone>> tombstones = new ArrayList<>();
    List<Numbered<Task>> newTasks = new ArrayList<>();
    List<Numbered<Task>> oldTasks = new ArrayList<>();
    for (Edit<Task> edit : tasks) {
      Task after = edit.after();
      (edit.before() == null ? newTasks : oldTasks).add(new Numbered<>(after, place));
      bury(author, Tombstone.Kind.TASK, after.id(), after.stamp(), place, tombstones);
      place++;
    }
    List<Numbered<Comment>> newComments = new ArrayList<>();
    List<Numbered<Comment>> oldComments = new ArrayList<>();
    for (Edit<Comment> edit : comments) {
      Comment after = edit.after();
      (edit.before() == null ? newComments : oldComments).add(new Numbered<>(after, place));
      bury(author, Tombstone.Kind.COMMENT, after.id(), after.stamp(), place, tombstones);
      place++;
    }
    return new ChangeStore()
        .with(newTasks, TaskStore.inserting(newTasks))
        .with(oldTasks, TaskStore.updating(oldTasks))
        .with(newComments, CommentStore.inserting(newComments))
        .with(oldComments, CommentStore.updating(oldComments))
        .with(tombstones, TombstoneStore.inserting(tombstones))
        .run(handle, organization, count);
  }

  private static HistoryStore.Entry entry(Author author, Edit<Task> edit, Instant now) {
    Task before = edit.before();
    boolean was = before != null && before.stamp().isDeleted();
    boolean is = edit.after().stamp().isDeleted();
    String type = before == null ? "created" : was == is ? "updated" : is ? "deleted" : "restored";
    return Tasks.entry(author, type, before, edit.after(), edit.dropped(), now);
  }

  /// Removes the tombstones of what is restored.
  private static <T> void exhume(
      Handle handle,
      OrganizationId organization,
      Tombstone.Kind kind,
      List<Edit<T>> edits,
      Function<T, UUID> id,
      Function<T, Stamp> stamp) {
    List<UUID> restored =
        edits.stream()
            .filter(edit -> {
              T before = edit.before();
              return before != null
                  && stamp.apply(before).isDeleted()
                  && !stamp.apply(edit.after()).isDeleted();
            })
            .map(edit -> id.apply(edit.after()))
            .toList();
    TombstoneStore.remove(handle, organization, kind, restored);
  }

  private static void bury(
      Author author,
      Tombstone.Kind kind,
      UUID entity,
      Stamp stamp,
      long place,
      List<Numbered<Tombstone>> tombstones) {
    Instant deletedAt = stamp.deletedAt();
    if (deletedAt != null) {
      tombstones.add(new Numbered<>(Tasks.buried(kind, entity, author, stamp, deletedAt), place));
    }
  }

  /// The number of the newest change that the transaction sees.
  public long newest(Handle handle, OrganizationId organization) {
    return ChangeStore.newest(handle, organization);
  }

  /// Up to which change deletions may be forgotten: who was told no more than an earlier one must
  /// ask for everything.
  public long forgottenUntil(Handle handle, OrganizationId organization) {
    return TombstoneStore.forgottenUntil(handle, organization);
  }

  /// What has changed since a number, oldest change first, at most `limit` rows over all kinds. A
  /// row that is stored exactly as `device` has pushed it is left out. To be read from one
  /// snapshot.
  public Changes changedSince(
      Handle handle, OrganizationId organization, long since, Reader reader, int limit) {
    long newest = newest(handle, organization);
    int more = limit + 1;
    List<Numbered<Task>> tasks = TaskStore.changedSince(handle, organization, since, reader, more);
    List<Numbered<Comment>> comments =
        CommentStore.changedSince(handle, organization, since, reader, more);
    List<Numbered<Tombstone>> tombstones =
        TombstoneStore.changedSince(handle, organization, since, reader, more);
    List<Long> numbers =
        Stream.of(tasks, comments, tombstones)
            .flatMap(rows -> rows.stream().map(Numbered::number))
            .sorted(Comparator.naturalOrder())
            .toList();
    boolean hasMore = numbers.size() > limit;
    long cursor = hasMore ? numbers.get(limit - 1) : newest;
    return new Changes(
        taskBodies(handle, organization, upTo(cursor, tasks)),
        commentBodies(handle, organization, upTo(cursor, comments)),
        upTo(cursor, tombstones),
        hasMore,
        cursor);
  }

  private static <T> List<T> upTo(long cursor, List<Numbered<T>> rows) {
    return rows.stream().filter(row -> row.number() <= cursor).map(Numbered::row).toList();
  }

  /// As people see them, in the same order.
  public List<TaskWire.TaskBody> taskBodies(
      Handle handle, OrganizationId organization, List<Task> tasks) {
    if (tasks.isEmpty()) {
      return List.of();
    }
    List<UUID> ids = tasks.stream().map(Task::id).toList();
    Map<UUID, TaskListStore.TaskRow> rows =
        TaskListStore.find(handle, organization, ids).stream()
            .collect(Collectors.toMap(row -> row.task().id(), Function.identity()));
    return tasks.stream()
        .map(task -> {
          TaskListStore.TaskRow row = rows.get(task.id());
          return TaskWire.TaskBody.of(
              row == null
                  ? new TaskListStore.TaskRow(task, null, null, null, null, null, null, 0)
                  : row,
              organization.toString());
        })
        .toList();
  }

  /// As people see them, in the same order; of a task that is deleted too.
  public List<TaskWire.CommentBody> commentBodies(
      Handle handle, OrganizationId organization, List<Comment> comments) {
    if (comments.isEmpty()) {
      return List.of();
    }
    List<UUID> ids = comments.stream().map(Comment::id).toList();
    Map<UUID, TaskListStore.CommentRow> rows =
        TaskListStore.findComments(handle, organization, ids).stream()
            .collect(Collectors.toMap(row -> row.comment().id(), Function.identity()));
    return comments.stream()
        .map(comment -> {
          TaskListStore.CommentRow row = rows.get(comment.id());
          return TaskWire.CommentBody.of(
              row == null ? new TaskListStore.CommentRow(comment, null, null, null) : row);
        })
        .toList();
  }
}
