package dev.muster.server.tasklist;

import dev.muster.protocol.Json;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.Refusal;
import dev.muster.server.task.TaskFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A task as a file has it.
///
/// @param number in the file, from 1 on; a line of names does not count
/// @param id null for a new task
/// @param fields checked ones of [TaskFields], those that the file has
/// @param problems what is wrong with it; empty when nothing is
record TaskRow(
    int number, @Nullable UUID id, Map<String, Json> fields, List<Refusal.FieldError> problems) {
  private static final String ID = "id";

  /// Never refuses: what is wrong is said of the row.
  static TaskRow read(int number, @Nullable Json given) {
    if (!(given instanceof Json.Obj object)) {
      return wrong(number, "must be an object");
    }
    List<Refusal.FieldError> problems = new ArrayList<>();
    Json said = object.fields().getOrDefault(ID, Json.NULL);
    Optional<UUID> id = said instanceof Json.Text text ? Ids.parse(text.value()) : Optional.empty();
    if (id.isEmpty() && !(said instanceof Json.Null)) {
      problems.add(problem(ID, "must be an id (a UUID), or be left out for a new task"));
    }
    Map<String, Json> fields = Map.of();
    try {
      fields = TaskFields.checked(object);
    } catch (Refusal refusal) {
      problems.addAll(refusal.fields());
    }
    return new TaskRow(number, id.orElse(null), fields, problems);
  }

  /// One that cannot be read.
  static TaskRow wrong(int number, String message) {
    return new TaskRow(number, null, Map.of(), List.of(problem("", message)));
  }

  private static Refusal.FieldError problem(String field, String message) {
    return new Refusal.FieldError(field, message);
  }
}
