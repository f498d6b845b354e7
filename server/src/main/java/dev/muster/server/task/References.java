package dev.muster.server.task;

import dev.muster.server.identity.UserNames;
import dev.muster.server.platform.OrganizationId;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The projects and people that some tasks name, read in two queries for all of them.
public final class References {
  private final Map<UUID, Optional<UUID>> projects;
  private final Set<UUID> people;

  private References(Map<UUID, Optional<UUID>> projects, Set<UUID> people) {
    this.projects = projects;
    this.people = people;
  }

  static References of(
      Handle handle,
      OrganizationId organization,
      UserNames users,
      Collection<Task> tasks,
      Collection<UUID> projects,
      Collection<UUID> people) {
    Set<UUID> named = new HashSet<>(projects);
    tasks.stream().map(Task::project).filter(Objects::nonNull).forEach(named::add);
    Map<UUID, Optional<UUID>> makers =
        named.isEmpty() ? Map.of() : ProjectStore.makers(handle, organization, named);
    Set<UUID> known = people.isEmpty() ? Set.of() : users.of(handle, organization, people).keySet();
    return new References(makers, known);
  }

  static Stream<UUID> present(Stream<@Nullable UUID> ids) {
    return ids.filter(Objects::nonNull).map(Objects::requireNonNull);
  }

  public Map<UUID, Optional<UUID>> makers() {
    return projects;
  }

  /// What the task names and is not there: `project`, `assigned_to`, or nothing.
  public Optional<String> missing(Task task) {
    UUID project = task.project();
    UUID assignee = task.assignedTo();
    if (project != null && !projects.containsKey(project)) {
      return Optional.of(TaskFields.PROJECT);
    }
    return assignee == null || people.contains(assignee)
        ? Optional.empty()
        : Optional.of(TaskFields.ASSIGNED_TO);
  }
}
