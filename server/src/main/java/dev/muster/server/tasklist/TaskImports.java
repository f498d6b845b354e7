package dev.muster.server.tasklist;

import dev.muster.protocol.Json;
import dev.muster.server.device.Devices;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import dev.muster.server.task.Author;
import dev.muster.server.task.Named;
import dev.muster.server.task.References;
import dev.muster.server.task.Replica;
import dev.muster.server.task.Task;
import dev.muster.server.task.TaskEdits;
import dev.muster.server.task.TaskFields;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Brings tasks in from a file. A row with the id of a task changes it, and every other row makes
/// one, with its id if it has one: the same file again changes nothing then. A transaction has 500
/// rows; when one fails, those before it are there, and the file is brought in again.
@Singleton
public final class TaskImports {
  static final int MOST = 5_000;
  private static final int CHUNK = 500;

  /// What is wrong with a field of a row.
  record Failure(int row, String field, String detail) {}

  /// How many rows made, changed and left a task, and what is wrong with the others.
  record Outcome(int created, int updated, int unchanged, List<Failure> failed) {
    private Outcome plus(Outcome more) {
      List<Failure> all = new ArrayList<>(failed);
      all.addAll(more.failed);
      return new Outcome(
          created + more.created, updated + more.updated, unchanged + more.unchanged, all);
    }
  }

  private final Database database;
  private final InstantSource clock;
  private final Devices devices;
  private final Replica replica;

  public TaskImports(Database database, InstantSource clock, Devices devices, Replica replica) {
    this.database = database;
    this.clock = clock;
    this.devices = devices;
    this.replica = replica;
  }

  /// To be asked for before rows are read, of which a small file can have very many.
  ///
  /// @throws Refusal `too_large`
  static void requireFew(int rows) {
    if (rows > MOST) {
      throw Refusal.of(
          ErrorCode.TOO_LARGE, "A file may have %d rows at the most. Divide it.".formatted(MOST));
    }
  }

  /// @param dry whether nothing is to be written
  Outcome run(Caller caller, @Nullable String device, List<TaskRow> rows, boolean dry) {
    caller.require(Right.WRITE_TASKS);
    List<Failure> failed = new ArrayList<>();
    List<TaskRow> good = new ArrayList<>();
    Set<UUID> seen = new HashSet<>();
    for (TaskRow row : rows) {
      UUID id = row.id();
      if (!row.problems().isEmpty()) {
        failed.addAll(failures(row, row.problems()));
      } else if (id != null && !seen.add(id)) {
        failed.add(new Failure(row.number(), "id", "is that of an earlier row"));
      } else {
        good.add(row);
      }
    }
    Outcome outcome = new Outcome(0, 0, 0, failed);
    for (int from = 0; from < good.size(); from += CHUNK) {
      List<TaskRow> chunk = good.subList(from, Math.min(good.size(), from + CHUNK));
      outcome =
          outcome.plus(
              database.in(
                  caller.organization(), handle -> take(handle, caller, device, chunk, dry)));
    }
    return outcome;
  }

  private Outcome take(
      Handle handle, Caller caller, @Nullable String device, List<TaskRow> rows, boolean dry) {
    OrganizationId organization = caller.organization();
    Author author = Author.of(caller, Author.named(handle, devices, caller, device));
    Instant now = clock.instant();
    List<Map<String, Json>> fields = rows.stream().map(TaskRow::fields).toList();
    Named kept = replica.keep(handle, organization, fields);
    List<UUID> ids = rows.stream().flatMap(row -> Optional.ofNullable(row.id()).stream()).toList();
    Map<UUID, Task> held = replica.hold(handle, organization, ids, List.of()).tasks();
    References references = replica.references(handle, organization, held.values(), kept);
    TaskEdits edits = new TaskEdits(author, references, now);
    List<Failure> failed = new ArrayList<>();
    List<Replica.Edit<Task>> written = new ArrayList<>();
    int created = 0;
    for (TaskRow row : rows) {
      UUID id = row.id() == null ? Ids.next() : row.id();
      Task before = held.get(id);
      try {
        requireThere(references, before, row);
        Task after = before == null ? edits.make(id, row.fields()) : changed(edits, before, row);
        if (!after.equals(before)) {
          written.add(new Replica.Edit<>(before, after));
          created += before == null ? 1 : 0;
        }
      } catch (Refusal refusal) {
        failed.addAll(failures(row, problems(refusal)));
      }
    }
    if (!dry && !replica.write(handle, author, written, List.of(), now)) {
      throw Refusal.unavailable(
          "Others make the same tasks at the moment. Import again.", Duration.ofSeconds(1), null);
    }
    int unchanged = rows.size() - failed.stream().map(Failure::row).distinct().toList().size();
    return new Outcome(created, written.size() - created, unchanged - written.size(), failed);
  }

  private static void requireThere(References references, @Nullable Task before, TaskRow row) {
    references
        .missing(before == null ? Map.of() : TaskFields.of(before), row.fields())
        .ifPresent(field -> {
          throw Refusal.invalid(field, "is not there");
        });
  }

  private static Task changed(TaskEdits edits, Task before, TaskRow row) {
    if (before.stamp().isDeleted()) {
      throw Refusal.invalid("id", "is that of a task that is deleted; restore it first");
    }
    return edits.change(before, row.fields());
  }

  private static List<Refusal.FieldError> problems(Refusal refusal) {
    String field = refusal.code() == ErrorCode.TASK_STATE ? TaskFields.STATUS : "id";
    return refusal.fields().isEmpty()
        ? List.of(new Refusal.FieldError(field, refusal.detail()))
        : refusal.fields();
  }

  private static List<Failure> failures(TaskRow row, List<Refusal.FieldError> problems) {
    return problems.stream()
        .map(problem -> new Failure(row.number(), problem.field(), problem.message()))
        .toList();
  }
}
