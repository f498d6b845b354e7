package dev.muster.server.task;

import dev.muster.protocol.Json;
import dev.muster.server.identity.UserNames;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// What some tasks name and is there, read in few queries for all of them.
public final class References {
  private final Map<UUID, Optional<UUID>> projects;
  private final Set<UUID> people;
  private final Set<UUID> devices;
  private final Set<UUID> groups;

  private References(Map<UUID, Optional<UUID>> projects, Set<UUID> people, Named kept) {
    this.projects = projects;
    this.people = people;
    this.devices = kept.devices();
    this.groups = kept.groups();
  }

  /// @param tasks as they are
  /// @param kept with those devices and groups alone that are there
  static References of(
      Handle handle,
      OrganizationId organization,
      UserNames users,
      Collection<Task> tasks,
      Named kept) {
    Set<UUID> named = new HashSet<>(kept.projects());
    tasks.stream().map(Task::project).filter(Objects::nonNull).forEach(named::add);
    Map<UUID, Optional<UUID>> makers =
        named.isEmpty() ? Map.of() : ProjectStore.makers(handle, organization, named);
    Set<UUID> known =
        kept.people().isEmpty() ? Set.of() : users.of(handle, organization, kept.people()).keySet();
    return new References(makers, known, kept);
  }

  public Map<UUID, Optional<UUID>> makers() {
    return projects;
  }

  /// The field that names what is not there, of those that differ from before.
  ///
  /// @param before empty for a new task
  /// @param wanted checked fields of [TaskFields]
  public Optional<String> missing(Map<String, Json> before, Map<String, Json> wanted) {
    return wanted.keySet().stream()
        .filter(field ->
            wanted.get(field) instanceof Json.Text named
                && !named.equals(before.get(field))
                && !isThere(field, named.value()))
        .findFirst();
  }

  /// The fields but for those that name what is not there.
  public Map<String, Json> withoutMissing(Map<String, Json> wanted) {
    Map<String, Json> there = new HashMap<>(wanted);
    there
        .entrySet()
        .removeIf(entry ->
            entry.getValue() instanceof Json.Text named && !isThere(entry.getKey(), named.value()));
    return there;
  }

  private boolean isThere(String field, String named) {
    return switch (field) {
      case TaskFields.PROJECT -> projects.containsKey(UUID.fromString(named));
      case TaskFields.ASSIGNED_TO -> people.contains(UUID.fromString(named));
      case TaskFields.DEVICE -> devices.contains(UUID.fromString(named));
      case TaskFields.GROUP -> groups.contains(UUID.fromString(named));
      default -> true;
    };
  }

  /// @throws Refusal `not found`, also for what another organization has
  public void require(Map<String, Json> before, Map<String, Json> wanted) {
    missing(before, wanted)
        .ifPresent(field -> {
          throw Refusal.notFound(field.equals(TaskFields.ASSIGNED_TO) ? "user" : field);
        });
  }
}
