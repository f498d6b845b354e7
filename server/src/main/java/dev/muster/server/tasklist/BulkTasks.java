package dev.muster.server.tasklist;

import dev.muster.protocol.Json;
import dev.muster.server.device.Devices;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import dev.muster.server.task.Author;
import dev.muster.server.task.Named;
import dev.muster.server.task.Replica;
import dev.muster.server.task.Task;
import dev.muster.server.task.TaskEdits;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The same change of many tasks, in one transaction. A task for which it is refused stays as it
/// is, and the others are changed.
@Singleton
public final class BulkTasks {
  static final int MOST = 500;

  /// What is done to each of the tasks.
  sealed interface Act {
    /// @param fields checked ones of [dev.muster.server.task.TaskFields]
    record Change(Map<String, Json> fields) implements Act {}

    record Delete() implements Act {}

    record Restore() implements Act {}
  }

  /// Why a task stays as it is.
  record Failure(UUID id, String code, String detail) {}

  /// @param changed tasks that are otherwise than before
  record Outcome(int changed, List<Failure> failed) {}

  private final Database database;
  private final InstantSource clock;
  private final Devices devices;
  private final Replica replica;

  public BulkTasks(Database database, InstantSource clock, Devices devices, Replica replica) {
    this.database = database;
    this.clock = clock;
    this.devices = devices;
    this.replica = replica;
  }

  Outcome apply(Caller caller, @Nullable String device, Set<UUID> ids, Act act) {
    caller.require(Right.WRITE_TASKS);
    return database.in(caller.organization(), handle -> apply(handle, caller, device, ids, act));
  }

  private Outcome apply(
      Handle handle, Caller caller, @Nullable String device, Set<UUID> ids, Act act) {
    OrganizationId organization = caller.organization();
    Author author = Author.of(caller, Author.named(handle, devices, caller, device));
    Instant now = clock.instant();
    List<Map<String, Json>> named =
        act instanceof Act.Change(Map<String, Json> fields) ? List.of(fields) : List.of();
    Named kept = replica.keep(handle, organization, named);
    Map<UUID, Task> held = replica.hold(handle, organization, ids, List.of()).tasks();
    TaskEdits edits =
        new TaskEdits(author, replica.references(handle, organization, held.values(), kept), now);
    List<Replica.Edit<Task>> changed = new ArrayList<>();
    List<Failure> failed = new ArrayList<>();
    for (UUID id : ids) {
      Task before = held.get(id);
      try {
        Task after = after(edits, before, act);
        if (!after.equals(before)) {
          changed.add(new Replica.Edit<>(before, after));
        }
      } catch (Refusal refusal) {
        failed.add(new Failure(id, refusal.code().wireName(), refusal.detail()));
      }
    }
    var _ = replica.write(handle, author, changed, List.of(), now);
    return new Outcome(changed.size(), failed);
  }

  private static Task after(TaskEdits edits, @Nullable Task before, Act act) {
    return switch (act) {
      case Act.Change(Map<String, Json> fields) -> edits.change(before, fields);
      case Act.Delete() -> edits.delete(before);
      case Act.Restore() -> edits.restore(before);
    };
  }
}
