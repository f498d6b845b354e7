package dev.muster.server.task;

import dev.muster.server.device.Devices;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import dev.muster.server.platform.Slice;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The comments on tasks, for who is online. Everybody who may work on tasks may comment on each; a
/// comment is changed and deleted by its author or an admin.
@Singleton
public final class Comments {
  static final int LONGEST = 20_000;
  static final String RULE = "must be a string of 1 to 20000 characters";
  private static final int LONGEST_LIST = 500;

  private final Database database;
  private final InstantSource clock;
  private final Devices devices;
  private final Replica replica;

  public Comments(Database database, InstantSource clock, Devices devices, Replica replica) {
    this.database = database;
    this.clock = clock;
    this.devices = devices;
    this.replica = replica;
  }

  Slice<TaskListStore.CommentRow> list(Caller caller, int limit, int offset) {
    caller.require(Right.READ);
    OrganizationId organization = caller.organization();
    return database.in(
        organization,
        handle -> {
          TaskListStore.byIndex(handle);
          return new Slice<>(
              TaskListStore.countComments(handle, organization),
              TaskListStore.pageOfComments(handle, organization, limit, offset));
        });
  }

  /// Oldest first.
  List<TaskListStore.CommentRow> of(Caller caller, UUID task) {
    caller.require(Right.READ);
    OrganizationId organization = caller.organization();
    return database.in(
        organization,
        handle -> {
          var _ = Tasks.require(handle, organization, task);
          return TaskListStore.commentsOf(handle, organization, task, LONGEST_LIST);
        });
  }

  TaskListStore.CommentRow find(Caller caller, UUID id) {
    caller.require(Right.READ);
    return database.in(caller.organization(), handle -> require(handle, caller.organization(), id));
  }

  /// @param parent a comment on the same task that it answers; null for none
  TaskListStore.CommentRow create(
      Caller caller, @Nullable String device, UUID task, @Nullable UUID parent, String content) {
    caller.require(Right.WRITE_TASKS);
    return database.in(
        caller.organization(),
        handle -> {
          Author author = author(handle, caller, device);
          OrganizationId organization = author.organization();
          Instant now = clock.instant();
          var _ = Tasks.require(handle, organization, task);
          if (parent != null
              && !task.equals(require(handle, organization, parent).comment().task())) {
            throw Refusal.notFound("comment on this task");
          }
          Stamp stamp = Stamp.made(author.user(), author.device(), now);
          Comment comment =
              new Comment(Ids.next(), task, author.user(), content, parent, false, stamp);
          write(handle, author, null, comment, now);
          return require(handle, organization, comment.id());
        });
  }

  TaskListStore.CommentRow change(
      Caller caller, @Nullable String device, UUID id, @Nullable String content) {
    caller.require(Right.WRITE_TASKS);
    return database.in(
        caller.organization(),
        handle -> {
          Author author = author(handle, caller, device);
          Comment before = hold(handle, author, id);
          if (content != null && !content.equals(before.content())) {
            Instant now = clock.instant();
            Stamp stamp = before.stamp().edited(author.user(), author.device(), now);
            Comment after =
                new Comment(
                    id, before.task(), before.user(), content, before.parent(), true, stamp);
            write(handle, author, before, after, now);
          }
          return require(handle, author.organization(), id);
        });
  }

  void delete(Caller caller, @Nullable String device, UUID id) {
    caller.require(Right.WRITE_TASKS);
    database.in(
        caller.organization(),
        handle -> {
          Author author = author(handle, caller, device);
          Instant now = clock.instant();
          Comment before = hold(handle, author, id);
          Comment after = before.with(before.stamp().deleted(author.user(), author.device(), now));
          write(handle, author, before, after, now);
          return null;
        });
  }

  private Author author(Handle handle, Caller caller, @Nullable String device) {
    return Author.of(caller, Author.named(handle, devices, caller, device));
  }

  private static Comment hold(Handle handle, Author author, UUID id) {
    Comment comment = CommentStore.lock(handle, author.organization(), List.of(id)).get(id);
    if (comment == null || comment.stamp().isDeleted()) {
      throw Refusal.notFound("comment");
    }
    if (!author.mayChange(comment)) {
      throw Refusal.forbidden("You may change comments that you have written.");
    }
    return comment;
  }

  private void write(
      Handle handle, Author author, @Nullable Comment before, Comment after, Instant now) {
    if (!replica.write(
        handle, author, List.of(), List.of(new Replica.Edit<>(before, after)), now)) {
      throw new IllegalStateException("a new id is that of another comment");
    }
  }

  private static TaskListStore.CommentRow require(
      Handle handle, OrganizationId organization, UUID id) {
    return TaskListStore.findComments(handle, organization, List.of(id)).stream()
        .findFirst()
        .orElseThrow(() -> Refusal.notFound("comment"));
  }
}
