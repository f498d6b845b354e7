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
import dev.muster.server.task.Named;
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
import java.util.Objects;
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
  Slice<Conflict> list(Caller caller, ConflictStore.Which which, int limit, int offset) {
    caller.require(Right.READ);
    OrganizationId organization = caller.organization();
    return database.in(
        organization,
        handle ->
            new Slice<>(
                ConflictStore.count(handle, organization, which),
                ConflictStore.page(handle, organization, which, limit, offset)));
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
    Replica.Held held = hold(handle, organization, require(handle, organization, id));
    Conflict conflict =
        ConflictStore.lockOpen(handle, organization, id)
            .orElseThrow(() ->
                Refusal.of(
                    ErrorCode.CONFLICT_RESOLVED, "Somebody has resolved this conflict already."));
    Item local = local(conflict);
    Item wanted = custom == null ? local : local.withData(custom);
    Decision decision = new Decision(author, conflict, resolution, wanted, clock.instant());
    UUID entity = local.id();
    if (entity == null && !decision.isRemote()) {
      throw Refusal.invalid("resolution", "must be remote: what was pushed has no valid id");
    }
    String problem = wanted.problem();
    if (problem != null && !decision.isRemote()) {
      throw Refusal.invalid("resolution", "cannot be taken: " + problem);
    }
    Object resolved;
    if (entity == null) {
      requireMay(decision.isOwn());
      resolved = null;
    } else if (local.kind() == Tombstone.Kind.TASK) {
      resolved = task(handle, decision, entity, held.tasks().get(entity));
    } else {
      resolved = comment(handle, decision, entity, held.comments().get(entity));
    }
    ConflictStore.resolve(
        handle,
        organization,
        id,
        resolution.wireName(),
        decision.isRemote()
            ? Objects.requireNonNullElse(conflict.serverVersion(), Json.obj(Map.of()))
            : wanted.sent(),
        author.user(),
        decision.now());
    return resolved;
  }

  /// The row comes first and the conflict after it, as in a push, and the number of the change
  /// last.
  private Replica.Held hold(Handle handle, OrganizationId organization, Conflict conflict) {
    Item local = local(conflict);
    List<UUID> ids = Optional.ofNullable(local.id()).stream().toList();
    boolean task = local.kind() == Tombstone.Kind.TASK;
    return replica.hold(handle, organization, task ? ids : List.of(), task ? List.of() : ids);
  }

  private static Item local(Conflict conflict) {
    return Item.read(
        conflict.entityType().equals("task") ? Tombstone.Kind.TASK : Tombstone.Kind.COMMENT,
        conflict.localVersion());
  }

  /// What somebody has decided, and who.
  private record Decision(
      Author author, Conflict conflict, Resolution resolution, Item wanted, Instant now) {
    boolean isRemote() {
      return resolution == Resolution.REMOTE;
    }

    boolean makesNothing() {
      return isRemote() || wanted.isDeletion();
    }

    /// Whether it is about a push of their own, which they may drop; to have it applied they must
    /// be allowed to change the row.
    boolean isOwn() {
      return author.all() || (author.user() != null && author.user().equals(conflict.user()));
    }

    /// The stamp of a row that was not there.
    Stamp none() {
      return new Stamp(0, VectorClock.EMPTY, author.user(), null, now, now, null, null);
    }

    /// Who has pushed the row that was not there: theirs it is, whoever lets it in.
    @Nullable UUID maker() {
      return conflict.user() == null ? author.user() : conflict.user();
    }

    /// After both sides. Of other devices the local side knows no more than the server, as in a
    /// push.
    Stamp after(Stamp server, @Nullable Instant deleted) {
      VectorClock local =
          Clocks.stored(conflict.localVectorClock())
              .cappedAt(server.clock(), String.valueOf(conflict.device()));
      VectorClock both = server.clock().merge(local);
      return server.next(
          both.tick(VectorClock.SERVER), author.user(), author.device(), now, deleted);
    }
  }

  private @Nullable Object task(Handle handle, Decision decision, UUID id, @Nullable Task server) {
    Author author = decision.author();
    Item wanted = decision.wanted();
    Task before = server == null ? Task.titled(id, "", decision.maker(), decision.none()) : server;
    References references = references(handle, author, wanted, before);
    boolean mayChange =
        server == null ? decision.isOwn() : author.mayChange(server, references.makers());
    requireMay(mayChange || (decision.isRemote() && decision.isOwn()));
    if (server == null && decision.makesNothing()) {
      return null;
    }
    if (!mayChange) {
      return replica.taskBodies(handle, author.organization(), List.of(before)).getFirst();
    }
    Task after;
    if (decision.isRemote()) {
      after = before.with(decision.after(before.stamp(), before.stamp().deletedAt()));
    } else if (wanted.isDeletion()) {
      after = before.with(decision.after(before.stamp(), decision.now()));
    } else {
      if (server == null && !wanted.fields().containsKey(TaskFields.TITLE)) {
        throw Refusal.invalid(TaskFields.TITLE, "must be a string of 1 to 500 characters");
      }
      Task live = before.with(decision.after(before.stamp(), null));
      after = TaskFields.set(live, wanted.fields()).completed(decision.now());
      references.require(server == null ? Map.of() : TaskFields.of(server), wanted.fields());
    }
    write(handle, decision, List.of(new Replica.Edit<>(server, after)), List.of());
    return replica.taskBodies(handle, author.organization(), List.of(after)).getFirst();
  }

  /// What the item names is kept after its row was locked, and not before as elsewhere: only now it
  /// is certain which item it is.
  private References references(Handle handle, Author author, Item wanted, Task before) {
    OrganizationId organization = author.organization();
    Named kept = replica.keep(handle, organization, List.of(wanted.fields()));
    return replica.references(handle, organization, List.of(before), kept);
  }

  private @Nullable Object comment(
      Handle handle, Decision decision, UUID id, @Nullable Comment server) {
    Author author = decision.author();
    Item wanted = decision.wanted();
    boolean mayChange = server == null ? decision.isOwn() : author.mayChange(server);
    requireMay(mayChange || (decision.isRemote() && decision.isOwn()));
    if (server == null && decision.makesNothing()) {
      return null;
    }
    Comment before = server == null ? newComment(handle, decision, id) : server;
    if (!mayChange) {
      return replica.commentBodies(handle, author.organization(), List.of(before)).getFirst();
    }
    boolean says = !decision.isRemote() && wanted.fields().containsKey(Item.CONTENT);
    Instant deleted = decision.isRemote() ? before.stamp().deletedAt() : null;
    Comment after =
        new Comment(
            id,
            before.task(),
            before.user(),
            says ? wanted.content() : before.content(),
            before.parent(),
            before.edited() || (server != null && says),
            decision.after(
                before.stamp(),
                !decision.isRemote() && wanted.isDeletion() ? decision.now() : deleted));
    write(handle, decision, List.of(), List.of(new Replica.Edit<>(server, after)));
    return replica.commentBodies(handle, author.organization(), List.of(after)).getFirst();
  }

  private Comment newComment(Handle handle, Decision decision, UUID id) {
    OrganizationId organization = decision.author().organization();
    UUID of = decision.wanted().reference(Item.TASK).orElse(null);
    UUID parent = decision.wanted().reference(Item.PARENT).orElse(null);
    Replica.Held looked =
        replica.look(
            handle,
            organization,
            Optional.ofNullable(of).stream().toList(),
            Optional.ofNullable(parent).stream().toList());
    Task task = of == null ? null : looked.tasks().get(of);
    if (of == null || task == null || task.stamp().isDeleted()) {
      throw Refusal.notFound("task");
    }
    if (parent != null) {
      Comment answered = looked.comments().get(parent);
      if (answered == null || !answered.task().equals(of)) {
        throw Refusal.invalid(Item.PARENT, "must be a comment on this task");
      }
    }
    String content = decision.wanted().content();
    if (content.isEmpty()) {
      throw Refusal.invalid(Item.CONTENT, "must be a string of 1 to 20000 characters");
    }
    return new Comment(id, of, decision.maker(), content, parent, false, decision.none());
  }

  private static void requireMay(boolean may) {
    if (!may) {
      throw Refusal.forbidden(
          "You may drop what your own devices have pushed, and have applied what you may change.");
    }
  }

  private void write(
      Handle handle,
      Decision decision,
      List<Replica.Edit<Task>> tasks,
      List<Replica.Edit<Comment>> comments) {
    if (!replica.write(handle, decision.author(), tasks, comments, decision.now())) {
      throw Refusal.of(
          ErrorCode.STALE_VERSION, "Somebody else has made it meanwhile. Resolve again.");
    }
  }
}
