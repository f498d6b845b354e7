package dev.muster.server.task;

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
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The projects of an organization. Who has made one may change it, and all of its tasks.
@Singleton
public final class Projects {
  /// What to change; null leaves it.
  record Change(
      @Nullable String name,
      @Nullable String description,
      @Nullable String color,
      @Nullable Boolean archived) {}

  private final Database database;
  private final InstantSource clock;

  public Projects(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  Slice<Project> list(Caller caller, int limit, int offset) {
    caller.require(Right.READ);
    OrganizationId organization = caller.organization();
    return database.in(
        organization,
        handle ->
            new Slice<>(
                ProjectStore.count(handle, organization),
                ProjectStore.page(handle, organization, limit, offset)));
  }

  Project find(Caller caller, UUID id) {
    caller.require(Right.READ);
    return database.in(caller.organization(), handle -> require(handle, caller.organization(), id));
  }

  Project create(Caller caller, String name, @Nullable String description, @Nullable String color) {
    Author author = Author.of(caller, null);
    return database.in(
        author.organization(),
        handle -> {
          Instant now = clock.instant();
          Project project =
              new Project(
                  Ids.next(),
                  name,
                  description == null ? "" : description,
                  color == null ? Project.COLOR : color,
                  false,
                  author.user(),
                  null,
                  0,
                  now,
                  now);
          ProjectStore.insert(handle, author.organization(), project);
          return require(handle, author.organization(), project.id());
        });
  }

  Project change(Caller caller, UUID id, Change change) {
    Author author = Author.of(caller, null);
    return database.in(
        author.organization(),
        handle -> {
          Project before =
              ProjectStore.lock(handle, author.organization(), id)
                  .orElseThrow(() -> Refusal.notFound("project"));
          UUID user = author.user();
          if (!author.all() && (user == null || !user.equals(before.createdBy()))) {
            throw Refusal.forbidden("You may change projects that you have made.");
          }
          ProjectStore.update(
              handle,
              author.organization(),
              new Project(
                  id,
                  change.name() == null ? before.name() : change.name(),
                  change.description() == null ? before.description() : change.description(),
                  change.color() == null ? before.color() : change.color(),
                  change.archived() == null ? before.archived() : change.archived(),
                  before.createdBy(),
                  before.createdByName(),
                  before.tasks(),
                  before.createdAt(),
                  clock.instant()));
          return require(handle, author.organization(), id);
        });
  }

  private static Project require(Handle handle, OrganizationId organization, UUID id) {
    return ProjectStore.find(handle, organization, id)
        .orElseThrow(() -> Refusal.notFound("project"));
  }
}
