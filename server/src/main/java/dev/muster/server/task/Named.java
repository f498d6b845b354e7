package dev.muster.server.task;

import dev.muster.protocol.Json;
import dev.muster.server.platform.Ids;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/// The projects, people, devices and groups that fields of tasks name.
public record Named(Set<UUID> projects, Set<UUID> people, Set<UUID> devices, Set<UUID> groups) {

  /// @param fields checked ones of some tasks
  public static Named in(Collection<Map<String, Json>> fields) {
    return new Named(
        ids(fields, TaskFields.PROJECT),
        ids(fields, TaskFields.ASSIGNED_TO),
        ids(fields, TaskFields.DEVICE),
        ids(fields, TaskFields.GROUP));
  }

  private static Set<UUID> ids(Collection<Map<String, Json>> fields, String field) {
    return fields.stream()
        .map(of -> of.get(field) instanceof Json.Text text ? Ids.parse(text.value()) : none())
        .flatMap(Optional::stream)
        .collect(Collectors.toUnmodifiableSet());
  }

  private static Optional<UUID> none() {
    return Optional.empty();
  }
}
