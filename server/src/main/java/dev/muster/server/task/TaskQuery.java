package dev.muster.server.task;

import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.Refusal;
import jakarta.ws.rs.QueryParam;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The filters of a request, as they were written.
public record TaskQuery(
    @QueryParam("status") @Nullable String status,
    @QueryParam("priority") @Nullable String priority,
    @QueryParam("assigned_to") @Nullable String assignedTo,
    @QueryParam("assignedTo") @Nullable String assignedToMe,
    @QueryParam("project") @Nullable String project,
    @QueryParam("device") @Nullable String device,
    @QueryParam("group") @Nullable String group,
    @QueryParam("search") @Nullable String search) {

  /// @throws Refusal `invalid_parameter`
  public TaskFilter toFilter(Caller caller) {
    String assignee = assignedTo == null ? assignedToMe : assignedTo;
    return new TaskFilter(
        oneOf("status", status, TaskStatus.WORDS, TaskStatus.RULE),
        oneOf("priority", priority, Priority.WORDS, Priority.RULE),
        "me".equals(assignee) && caller instanceof Caller.Person person
            ? person.userId()
            : id("assigned_to", assignee),
        id("project", project),
        id("device", device),
        id("group", group),
        search == null || search.isBlank() ? null : search);
  }

  private static @Nullable UUID id(String parameter, @Nullable String text) {
    return text == null || text.isEmpty()
        ? null
        : Ids.parse(text).orElseThrow(() -> Refusal.parameter(parameter, "must be an id (a UUID)"));
  }

  private static @Nullable String oneOf(
      String parameter, @Nullable String value, String words, String rule) {
    if (value == null || value.isEmpty()) {
      return null;
    }
    if (!Arrays.asList(words.split("\\|")).contains(value)) {
      throw Refusal.parameter(parameter, rule);
    }
    return value;
  }
}
