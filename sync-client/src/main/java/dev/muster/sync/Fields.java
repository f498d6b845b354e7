package dev.muster.sync;

import dev.muster.protocol.Json;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// What people set of a task and a comment, and its rules, as far as a device can know them while
/// nobody hears it. The server has the last word.
final class Fields {
  static final String TITLE = "title";
  static final String CONTENT = "content";
  static final String TASK = "task";
  static final String PARENT = "parent";

  private static final int LONGEST_TITLE = 500;
  private static final int LONGEST_TEXT = 20_000;
  private static final int LARGEST = 200_000;
  private static final Set<String> STATUSES =
      Set.of("todo", "in_progress", "done", "blocked", "cancelled");
  private static final Set<String> PRIORITIES = Set.of("low", "medium", "high", "urgent");

  /// Of a task that says nothing else.
  private static final Map<String, Json> BLANK =
      Map.of(
          "description", Json.of(""),
          "status", Json.of("todo"),
          "priority", Json.of("medium"),
          "due_date", Json.NULL,
          "position", Json.of("1000.0000000000"),
          "project", Json.NULL,
          "assigned_to", Json.NULL,
          "tags", Json.texts(List.of()),
          "custom_fields", Json.obj(Map.of()));

  private Fields() {}

  static Set<String> of(Kind kind) {
    return switch (kind) {
      case TASK ->
          Set.of(
              TITLE,
              "description",
              "status",
              "priority",
              "due_date",
              "position",
              "project",
              "assigned_to",
              "tags",
              "custom_fields",
              "device",
              "group");
      case COMMENT -> Set.of(CONTENT, TASK, PARENT);
    };
  }

  static Map<String, Json> completed(Map<String, Json> fields) {
    Map<String, Json> all = new HashMap<>(BLANK);
    all.putAll(fields);
    return all;
  }

  /// @throws IllegalArgumentException with a sentence that names the field and what would be right
  static Map<String, Json> checked(Kind kind, Map<String, Json> fields) {
    int characters = 0;
    for (Json value : fields.values()) {
      characters += value.canonical().length();
      if (!isStorable(value)) {
        throw new IllegalArgumentException(
            "The "
                + kind.wireName()
                + " has a character that cannot be stored: NUL, or half of one that takes two.");
      }
    }
    if (characters > LARGEST) {
      throw new IllegalArgumentException(
          "The "
              + kind.wireName()
              + " is too large: "
              + characters
              + " characters of JSON, and at most "
              + LARGEST
              + " can be sent.");
    }
    fields.forEach((field, value) -> {
      if (!of(kind).contains(field)) {
        throw new IllegalArgumentException(
            "A " + kind.wireName() + " has no field " + field + " that can be set.");
      }
      switch (field) {
        case TITLE -> text(field, value, LONGEST_TITLE);
        case CONTENT -> text(field, value, LONGEST_TEXT);
        case "status" -> oneOf(field, value, STATUSES);
        case "priority" -> oneOf(field, value, PRIORITIES);
        default -> {}
      }
    });
    return fields;
  }

  private static boolean isStorable(Json value) {
    if (value instanceof Json.Arr array) {
      return array.items().stream().allMatch(Fields::isStorable);
    }
    if (value instanceof Json.Obj object) {
      return object.fields().entrySet().stream()
          .allMatch(field -> isStorable(field.getKey()) && isStorable(field.getValue()));
    }
    return !(value instanceof Json.Text text) || isStorable(text.value());
  }

  private static boolean isStorable(String text) {
    return text.codePoints()
        .noneMatch(point ->
            point == 0 || (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE));
  }

  private static void text(String field, Json value, int longest) {
    if (!(value instanceof Json.Text text)
        || text.value().trim().isEmpty()
        || text.value().length() > longest) {
      throw new IllegalArgumentException(
          "The " + field + " must have 1 to " + longest + " characters.");
    }
  }

  private static void oneOf(String field, Json value, Set<String> names) {
    if (!(value instanceof Json.Text text) || !names.contains(text.value())) {
      throw new IllegalArgumentException(
          "The " + field + " must be one of " + String.join(", ", new TreeSet<>(names)) + ".");
    }
  }
}
