package dev.muster.server.task;

import dev.muster.protocol.Json;
import dev.muster.server.device.Devices;
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
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;
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
  private final Replica replica;

  public Tasks(Database database, InstantSource clock, Devices devices, Replica replica) {
    this.database = database;
    this.clock = clock;
    this.devices = devices;
    this.replica = replica;
  }

  TaskListStore.TaskRow find(Caller caller, UUID id) {
    caller.require(Right.READ);
    return database.in(caller.organization(), handle -> require(handle, caller.organization(), id));
  }

  /// @param order columns of [TaskListStore#ORDERS], each with `-` before it for the greatest first
  Slice<TaskListStore.TaskRow> list(
      Caller caller, TaskFilter filter, List<String> order, int limit, int offset) {
    OrganizationId organization = caller.organization();
    return reading(
        caller,
        filter,
        handle ->
            new Slice<>(
                TaskListStore.count(handle, organization, filter),
                TaskListStore.page(handle, organization, filter, order, limit, offset)));
  }

  /// Those that come after a task in the order of their ids: a part of all, however many there are.
  ///
  /// @param after null from the first on
  public List<TaskWire.TaskBody> after(
      Caller caller, TaskFilter filter, @Nullable UUID after, int limit) {
    OrganizationId organization = caller.organization();
    UUID from = after == null ? new UUID(0, 0) : after;
    return reading(
            caller,
            filter,
            handle -> TaskListStore.after(handle, organization, filter, from, limit))
        .stream()
        .map(row -> TaskWire.TaskBody.of(row, organization.toString()))
        .toList();
  }

  /// The index of words is of no use under row-level security; each query names the organization.
  private <T> T reading(
      Caller caller, TaskFilter filter, HandleCallback<T, RuntimeException> work) {
    caller.require(Right.READ);
    HandleCallback<T, RuntimeException> byIndex =
        handle -> {
          TaskListStore.byIndex(handle);
          return work.withHandle(handle);
        };
    return filter.search() == null
        ? database.in(caller.organization(), byIndex)
        : database.acrossOrganizations(byIndex);
  }

  /// @param fields of [TaskFields]; a title must be among them
  TaskListStore.TaskRow create(Caller caller, @Nullable String device, Json.Obj fields) {
    caller.require(Right.WRITE_TASKS);
    Map<String, Json> checked = TaskFields.checked(fields);
    UUID id = Ids.next();
    return edited(caller, device, id, checked, (edits, _) -> edits.make(id, checked)).getFirst();
  }

  /// @param version that the caller has seen; null for whichever
  /// @throws Refusal `stale_version`, `task_state` when its status may not become the one that is
  ///   wanted
  TaskListStore.TaskRow change(
      Caller caller, @Nullable String device, UUID id, Json.Obj fields, @Nullable Long version) {
    caller.require(Right.WRITE_TASKS);
    Map<String, Json> checked = TaskFields.checked(fields);
    return edited(
            caller,
            device,
            id,
            checked,
            (edits, held) -> {
              Task after = edits.change(held, checked);
              requireVersion(held, version);
              return after;
            })
        .getFirst();
  }

  void delete(Caller caller, @Nullable String device, UUID id) {
    caller.require(Right.WRITE_TASKS);
    var _ = edited(caller, device, id, Map.of(), TaskEdits::delete);
  }

  /// @throws Refusal `task_state` when it is not deleted
  TaskListStore.TaskRow restore(Caller caller, @Nullable String device, UUID id) {
    caller.require(Right.WRITE_TASKS);
    return edited(caller, device, id, Map.of(), TaskEdits::restore).getFirst();
  }

  private interface Edit {
    /// @param held the task; null when there is none
    Task by(TaskEdits edits, @Nullable Task held);
  }

  /// The task after an edit; none when it is deleted then.
  private List<TaskListStore.TaskRow> edited(
      Caller caller, @Nullable String device, UUID id, Map<String, Json> fields, Edit edit) {
    OrganizationId organization = caller.organization();
    return database.in(
        organization,
        handle -> {
          Author author = Author.of(caller, Author.named(handle, devices, caller, device));
          Instant now = clock.instant();
          Named kept = replica.keep(handle, organization, List.of(fields));
          Map<UUID, Task> held = replica.hold(handle, organization, List.of(id), List.of()).tasks();
          References references = replica.references(handle, organization, held.values(), kept);
          Task before = held.get(id);
          Task after = edit.by(new TaskEdits(author, references, now), before);
          if (!after.equals(before)) {
            var _ =
                replica.write(
                    handle, author, List.of(new Replica.Edit<>(before, after)), List.of(), now);
          }
          return TaskListStore.find(handle, organization, List.of(id));
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

  static TaskListStore.TaskRow require(Handle handle, OrganizationId organization, UUID id) {
    return TaskListStore.find(handle, organization, List.of(id)).stream()
        .findFirst()
        .orElseThrow(() -> Refusal.notFound("task"));
  }

  /// For rooms that keep something of a task: that it is there.
  ///
  /// @throws Refusal `not_found`
  public void requireThere(Handle handle, OrganizationId organization, UUID id) {
    var _ = there(handle, organization, id);
  }

  /// The same, and that the caller may change it.
  ///
  /// @return who they are
  /// @throws Refusal `not_found`, `forbidden`
  public Author requireMayChange(Handle handle, Caller caller, UUID id) {
    Author author = Author.of(caller, null);
    Task task = there(handle, author.organization(), id);
    Named nothing = Named.in(List.of());
    References references =
        replica.references(handle, author.organization(), List.of(task), nothing);
    author.requireMayChange(task, references.makers());
    return author;
  }

  /// Which of these tasks were deleted before a time.
  public List<UUID> deletedBefore(
      Handle handle, OrganizationId organization, Collection<UUID> ids, Instant time) {
    return TaskStore.find(handle, organization, ids).values().stream()
        .filter(task -> {
          Instant at = task.stamp().deletedAt();
          return at != null && at.isBefore(time);
        })
        .map(Task::id)
        .toList();
  }

  private static Task there(Handle handle, OrganizationId organization, UUID id) {
    Task task = TaskStore.find(handle, organization, List.of(id)).get(id);
    if (task == null || task.stamp().isDeleted()) {
      throw Refusal.notFound("task");
    }
    return task;
  }

  private static void requireVersion(@Nullable Task task, @Nullable Long version) {
    if (task != null && version != null && version != task.stamp().version()) {
      throw Refusal.of(
          ErrorCode.STALE_VERSION,
          "The task is at version %d, and you have seen %d. Read it again."
              .formatted(task.stamp().version(), version));
    }
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
