package dev.muster.server.sync;

import dev.muster.protocol.Json;
import dev.muster.protocol.VectorClock;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import dev.muster.server.platform.Slice;
import dev.muster.server.task.Author;
import dev.muster.server.task.Clocks;
import dev.muster.server.task.Comment;
import dev.muster.server.task.References;
import dev.muster.server.task.Replica;
import dev.muster.server.task.Stamp;
import dev.muster.server.task.Task;
import dev.muster.server.task.TaskFields;
import dev.muster.server.task.Tombstone;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// What could not be applied by itself, for somebody to decide. A decision gets a clock that has
/// seen both sides, so it conflicts with neither.
@Singleton
public final class Conflicts {
  /// Which side is taken.
  enum Resolution {
    LOCAL,
    REMOTE,
    CUSTOM;

    String wireName() {
      return this == LOCAL ? "local" : this == REMOTE ? "remote" : "custom";
    }

    static Optional<Resolution> named(String name) {
      return Stream.of(values()).filter(known -> known.wireName().equals(name)).findFirst();
    }
  }

  private final Database database;
  private final InstantSource clock;
  private final Replica replica;

  public Conflicts(Database database, InstantSource clock, Replica replica) {
    this.database = database;
    this.clock = clock;
    this.replica = replica;
  }

  /// Newest first.
  ///
  /// @param resolved only those that are, or are not; null for both
  Slice<Conflict> list(Caller caller, @Nullable Boolean resolved, int limit, int offset) {
    caller.require(Right.READ);
    OrganizationId organization = caller.organization();
    return database.in(
        organization,
        handle ->
            new Slice<>(
                ConflictStore.count(handle, organization, resolved),
                ConflictStore.page(handle, organization, resolved, limit, offset)));
  }

  Conflict find(Caller caller, UUID id) {
    caller.require(Right.READ);
    return database.in(caller.organization(), handle -> require(handle, caller.organization(), id));
  }

  private static Conflict require(Handle handle, OrganizationId organization, UUID id) {
    return ConflictStore.find(handle, organization, id)
        .orElseThrow(() -> Refusal.notFound("conflict"));
  }

  /// @param custom the fields to take, for [Resolution#CUSTOM]
  /// @return the row as it is now; null when there is none
  /// @throws Refusal `conflict_resolved`, and what is wrong with the side that is to be taken
  @Nullable Object resolve(
      Caller caller, UUID id, Resolution resolution, Json.@Nullable Obj custom) {
    caller.require(Right.WRITE_TASKS);
    return database.in(
        caller.organization(), handle -> resolve(handle, caller, id, resolution, custom));
  }

  private @Nullable Object resolve(
      Handle handle, Caller caller, UUID id, Resolution resolution, Json.@Nullable Obj custom) {
    Author author = Author.of(caller, null);
    OrganizationId organization = author.organization();
    Conflict conflict = require(handle, organization, id);
    Instant now = clock.instant();
    Item local =
        Item.read(
            conflict.entityType().equals("task") ? Tombstone.Kind.TASK : Tombstone.Kind.COMMENT,
            conflict.localVersion());
    boolean own = author.all() || (author.user() != null && author.user().equals(conflict.user()));
    Item wanted = custom == null ? local : local.withData(custom);
    UUID entity = local.id();
    Object resolved =
        entity == null
            ? null
            : local.kind() == Tombstone.Kind.TASK
                ? task(handle, author, own, entity, conflict, wanted, resolution, now)
                : comment(handle, author, own, entity, conflict, wanted, resolution, now);
    if (entity == null && resolution != Resolution.REMOTE) {
      throw Refusal.invalid("resolution", "must be remote: what was pushed has no valid id");
    }
    if (!ConflictStore.resolve(
        handle,
        organization,
        id,
        resolution.wireName(),
        resolution == Resolution.REMOTE ? Json.obj(Map.of()) : wanted.sent(),
        author.user(),
        now)) {
      throw Refusal.of(ErrorCode.CONFLICT_RESOLVED, "Somebody has resolved this conflict already.");
    }
    return resolved;
  }

  private @Nullable Object task(
      Handle handle,
      Author author,
      boolean own,
      UUID id,
      Conflict conflict,
      Item wanted,
      Resolution resolution,
      Instant now) {
    OrganizationId organization = author.organization();
    Task server = replica.hold(handle, organization, List.of(id), List.of()).tasks().get(id);
    if (resolution != Resolution.REMOTE) {
      requireValid(wanted);
    }
    if (server == null && (resolution == Resolution.REMOTE || wanted.isDeletion())) {
      requireMay(own);
      return null;
    }
    boolean isNew = server == null;
    Task before =
        server == null
            ? Task.titled(
                id,
                "",
                author.user(),
                new Stamp(0, VectorClock.EMPTY, author.user(), null, now, now, null, null))
            : server;
    List<UUID> people =
        Stream.of(
                wanted.reference(TaskFields.ASSIGNED_TO), Optional.ofNullable(before.assignedTo()))
            .flatMap(Optional::stream)
            .toList();
    References references =
        replica.references(
            handle,
            organization,
            List.of(before),
            wanted.reference(TaskFields.PROJECT).stream().toList(),
            people);
    requireMay(own || author.mayChange(before, references.makers()));
    Stamp stamp = decided(before.stamp(), conflict, author, now);
    Task after;
    if (resolution == Resolution.REMOTE) {
      after = before.with(stamp.deletedAt(before.stamp().deletedAt()));
    } else if (wanted.isDeletion()) {
      after = before.with(stamp.deletedAt(now));
    } else {
      if (isNew && !wanted.fields().containsKey(TaskFields.TITLE)) {
        throw Refusal.invalid(TaskFields.TITLE, "must be a string of 1 to 500 characters");
      }
      after = TaskFields.set(before.with(stamp.deletedAt(null)), wanted.fields()).completed(now);
      references
          .missing(after)
          .ifPresent(field -> {
            throw Refusal.notFound(field.equals(TaskFields.PROJECT) ? "project" : "user");
          });
    }
    write(handle, author, List.of(new Replica.Edit<>(server, after)), List.of(), now);
    return replica.taskBodies(handle, organization, List.of(after)).getFirst();
  }

  private @Nullable Object comment(
      Handle handle,
      Author author,
      boolean own,
      UUID id,
      Conflict conflict,
      Item wanted,
      Resolution resolution,
      Instant now) {
    OrganizationId organization = author.organization();
    Comment server = replica.hold(handle, organization, List.of(), List.of(id)).comments().get(id);
    if (resolution != Resolution.REMOTE) {
      requireValid(wanted);
    }
    requireMay(own || (server != null && author.mayChange(server)));
    if (server == null && (resolution == Resolution.REMOTE || wanted.isDeletion())) {
      return null;
    }
    Comment before = server == null ? newComment(handle, author, id, wanted, now) : server;
    Stamp stamp = decided(before.stamp(), conflict, author, now);
    boolean takesLocal = resolution != Resolution.REMOTE;
    Instant deleted = !takesLocal ? before.stamp().deletedAt() : wanted.isDeletion() ? now : null;
    boolean says = takesLocal && wanted.fields().containsKey(Item.CONTENT);
    Comment after =
        new Comment(
            id,
            before.task(),
            before.user(),
            says ? wanted.content() : before.content(),
            before.parent(),
            before.edited() || (server != null && says),
            stamp.deletedAt(deleted));
    write(handle, author, List.of(), List.of(new Replica.Edit<>(server, after)), now);
    return replica.commentBodies(handle, organization, List.of(after)).getFirst();
  }

  private Comment newComment(Handle handle, Author author, UUID id, Item wanted, Instant now) {
    UUID of = wanted.reference(Item.TASK).orElse(null);
    Task task =
        of == null
            ? null
            : replica.look(handle, author.organization(), List.of(of), List.of()).tasks().get(of);
    if (of == null || task == null || task.stamp().isDeleted()) {
      throw Refusal.notFound("task");
    }
    if (wanted.content().isEmpty()) {
      throw Refusal.invalid(Item.CONTENT, "must be a string of 1 to 20000 characters");
    }
    return new Comment(
        id,
        of,
        author.user(),
        wanted.content(),
        null,
        false,
        new Stamp(0, VectorClock.EMPTY, author.user(), null, now, now, null, null));
  }

  /// After both sides.
  private static Stamp decided(Stamp server, Conflict conflict, Author author, Instant now) {
    VectorClock both = server.clock().merge(Clocks.read(conflict.localVectorClock()));
    return server.next(
        both.tick(VectorClock.SERVER), author.user(), author.device(), now, server.deletedAt());
  }

  private static void requireValid(Item wanted) {
    String problem = wanted.problem();
    if (problem != null) {
      throw Refusal.invalid("resolution", "cannot be taken: " + problem);
    }
  }

  private static void requireMay(boolean may) {
    if (!may) {
      throw Refusal.forbidden("You may resolve conflicts of your own devices and tasks.");
    }
  }

  private void write(
      Handle handle,
      Author author,
      List<Replica.Edit<Task>> tasks,
      List<Replica.Edit<Comment>> comments,
      Instant now) {
    if (!replica.write(handle, author, tasks, comments, now)) {
      throw Refusal.of(
          ErrorCode.STALE_VERSION, "Somebody else has made it meanwhile. Resolve again.");
    }
  }
}
