package dev.muster.server.task;

import dev.muster.protocol.Json;
import dev.muster.server.device.Devices;
import dev.muster.server.identity.UserNames;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import dev.muster.server.platform.Slice;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The tasks of an organization, for people and programs that are online. Everybody reads them;
/// members change those that they have made, have to do, or that are of a project of theirs.
@Singleton
public final class Tasks {
  /// How long a tombstone tells of what was deleted.
  public static final Duration TOMBSTONES = Duration.ofDays(90);

  private static final int LONGEST_LIST = 500;

  private final Database database;
  private final InstantSource clock;
  private final Devices devices;
  private final UserNames users;
  private final ChangeNumbers numbers;

  public Tasks(
      Database database,
      InstantSource clock,
      Devices devices,
      UserNames users,
      ChangeNumbers numbers) {
    this.database = database;
    this.clock = clock;
    this.devices = devices;
    this.users = users;
    this.numbers = numbers;
  }

  TaskListStore.TaskRow find(Caller caller, UUID id) {
    caller.require(Right.READ);
    return database.in(caller.organization(), handle -> require(handle, caller.organization(), id));
  }

  Slice<TaskListStore.TaskRow> list(
      Caller caller, TaskListStore.Filter filter, int limit, int offset) {
    caller.require(Right.READ);
    OrganizationId organization = caller.organization();
    return filter.search() == null
        ? database.in(organization, handle -> slice(handle, organization, filter, limit, offset))
        // the index of words is of no use under row-level security; each query names the
        // organization
        : database.acrossOrganizations(
            handle -> slice(handle, organization, filter, limit, offset));
  }

  private static Slice<TaskListStore.TaskRow> slice(
      Handle handle,
      OrganizationId organization,
      TaskListStore.Filter filter,
      int limit,
      int offset) {
    return new Slice<>(
        TaskListStore.count(handle, organization, filter),
        TaskListStore.page(handle, organization, filter, limit, offset));
  }

  /// @param fields of [TaskFields]; a title must be among them
  TaskListStore.TaskRow create(Caller caller, @Nullable String device, Json.Obj fields) {
    caller.require(Right.WRITE_TASKS);
    Map<String, Json> checked = TaskFields.checked(fields);
    if (!checked.containsKey(TaskFields.TITLE)) {
      throw Refusal.invalid(TaskFields.TITLE, "must be a string of 1 to 500 characters");
    }
    return database.in(
        caller.organization(),
        handle -> {
          Author author = author(handle, caller, device);
          Instant now = clock.instant();
          Stamp stamp = Stamp.made(author.user(), author.device(), now);
          Task blank = Task.titled(Ids.next(), "", author.user(), stamp);
          Task task = TaskFields.set(blank, checked).completed(now);
          requireReferences(handle, author.organization(), task);
          long number = numbers.take(handle, author.organization(), 1);
          TaskStore.insert(handle, author.organization(), List.of(new Numbered<>(task, number)));
          log(handle, author, "created", null, task, now);
          return require(handle, author.organization(), task.id());
        });
  }

  /// @param version that the caller has seen; null for whichever
  /// @throws Refusal `stale_version`, `task_state` when its status may not become the one that is
  ///   wanted
  TaskListStore.TaskRow change(
      Caller caller, @Nullable String device, UUID id, Json.Obj fields, @Nullable Long version) {
    caller.require(Right.WRITE_TASKS);
    Map<String, Json> checked = TaskFields.checked(fields);
    return database.in(
        caller.organization(),
        handle -> {
          Author author = author(handle, caller, device);
          Instant now = clock.instant();
          Task before = hold(handle, author, id, false);
          requireVersion(before, version);
          Task wanted = TaskFields.set(before, checked).completed(now);
          if (!wanted.equals(before)) {
            requireTransition(before.status(), wanted.status());
            requireReferences(handle, author.organization(), wanted);
            Task after = wanted.with(before.stamp().edited(author.user(), author.device(), now));
            write(handle, author, after);
            log(handle, author, "updated", before, after, now);
          }
          return require(handle, author.organization(), id);
        });
  }

  /// It stays, with its clock, and a tombstone tells of it.
  void delete(Caller caller, @Nullable String device, UUID id) {
    caller.require(Right.WRITE_TASKS);
    database.in(
        caller.organization(),
        handle -> {
          Author author = author(handle, caller, device);
          Instant now = clock.instant();
          Task before = hold(handle, author, id, false);
          Task after = before.with(before.stamp().deleted(author.user(), author.device(), now));
          long number = write(handle, author, after);
          TombstoneStore.insert(
              handle,
              author.organization(),
              List.of(
                  new Numbered<>(
                      buried(Tombstone.Kind.TASK, id, author, after.stamp(), now), number)));
          log(handle, author, "deleted", before, after, now);
          return null;
        });
  }

  static Tombstone buried(
      Tombstone.Kind kind, UUID entity, Author author, Stamp stamp, Instant now) {
    return new Tombstone(
        Ids.next(),
        kind,
        entity,
        author.user(),
        author.device(),
        stamp.clock(),
        now,
        now.plus(TOMBSTONES),
        stamp.pushedBy());
  }

  /// @throws Refusal `task_state` when it is not deleted
  TaskListStore.TaskRow restore(Caller caller, @Nullable String device, UUID id) {
    caller.require(Right.WRITE_TASKS);
    return database.in(
        caller.organization(),
        handle -> {
          Author author = author(handle, caller, device);
          Instant now = clock.instant();
          Task before = hold(handle, author, id, true);
          if (!before.stamp().isDeleted()) {
            throw Refusal.of(ErrorCode.TASK_STATE, "The task is not deleted.");
          }
          Task after = before.with(before.stamp().restored(author.user(), author.device(), now));
          write(handle, author, after);
          TombstoneStore.remove(handle, author.organization(), Tombstone.Kind.TASK, id);
          log(handle, author, "restored", before, after, now);
          return require(handle, author.organization(), id);
        });
  }

  /// Newest first, of a deleted task too.
  List<HistoryStore.Row> history(Caller caller, UUID id) {
    caller.require(Right.READ);
    OrganizationId organization = caller.organization();
    return database.in(
        organization,
        handle -> {
          List<HistoryStore.Row> rows = HistoryStore.of(handle, organization, id, LONGEST_LIST);
          if (rows.isEmpty()) {
            throw Refusal.notFound("task");
          }
          return rows;
        });
  }

  private Author author(Handle handle, Caller caller, @Nullable String device) {
    return Author.of(caller, Author.named(handle, devices, caller, device));
  }

  static TaskListStore.TaskRow require(Handle handle, OrganizationId organization, UUID id) {
    return TaskListStore.find(handle, organization, List.of(id)).stream()
        .findFirst()
        .orElseThrow(() -> Refusal.notFound("task"));
  }

  private Task hold(Handle handle, Author author, UUID id, boolean deletedToo) {
    Task task = TaskStore.lock(handle, author.organization(), List.of(id)).get(id);
    if (task == null || (task.stamp().isDeleted() && !deletedToo)) {
      throw Refusal.notFound("task");
    }
    References references = references(handle, author.organization(), task);
    if (!author.mayChange(task, references.makers())) {
      throw Refusal.forbidden(
          "You may change tasks that you have made, have to do, or that are of your projects.");
    }
    return task;
  }

  private References references(Handle handle, OrganizationId organization, Task task) {
    return References.of(
        handle,
        organization,
        users,
        List.of(task),
        List.of(),
        References.present(Stream.of(task).map(Task::assignedTo)).toList());
  }

  /// What another organization has is not there.
  private void requireReferences(Handle handle, OrganizationId organization, Task task) {
    references(handle, organization, task)
        .missing(task)
        .ifPresent(field -> {
          throw Refusal.notFound(field.equals(TaskFields.PROJECT) ? "project" : "user");
        });
  }

  private static void requireVersion(Task task, @Nullable Long version) {
    if (version != null && version != task.stamp().version()) {
      throw Refusal.of(
          ErrorCode.STALE_VERSION,
          "The task is at version %d, and you have seen %d. Read it again."
              .formatted(task.stamp().version(), version));
    }
  }

  private static void requireTransition(TaskStatus from, TaskStatus to) {
    if (!from.mayBecome(to)) {
      throw Refusal.of(
          ErrorCode.TASK_STATE,
          "A task that is %s cannot become %s.".formatted(from.wireName(), to.wireName()));
    }
  }

  private long write(Handle handle, Author author, Task task) {
    long number = numbers.take(handle, author.organization(), 1);
    TaskStore.update(handle, author.organization(), List.of(new Numbered<>(task, number)));
    return number;
  }

  private static void log(
      Handle handle, Author author, String type, @Nullable Task before, Task after, Instant now) {
    HistoryStore.append(
        handle, author.organization(), List.of(entry(author, type, before, after, Map.of(), now)));
  }

  static HistoryStore.Entry entry(
      Author author,
      String type,
      @Nullable Task before,
      Task after,
      Map<String, Json> dropped,
      Instant now) {
    Map<String, Json> old = before == null ? Map.of() : TaskFields.of(before);
    return new HistoryStore.Entry(
        after.id(),
        author.user(),
        author.device(),
        type,
        TaskFields.changes(old, TaskFields.of(after), dropped),
        before == null ? null : Json.obj(old),
        after.stamp().clock(),
        now);
  }
}
