package dev.muster.server.sync;

import dev.muster.protocol.Json;
import dev.muster.server.task.Priority;
import dev.muster.server.task.TaskFields;
import dev.muster.server.task.TaskStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What becomes of a field that was set on both sides without either knowing of the other: what the
/// [rule][MergeRule] of the organization says, or by default this. Each of these is commutative but
/// for those where the server's side wins.
///
/// | field | both sides differ |
/// | --- | --- |
/// | `title`, `description`, `assigned_to` | conflict |
/// | `status` | the further along of `todo`, `in_progress`, `done`; conflict when a side is `blocked` or `cancelled` |
/// | `priority` | the higher |
/// | `due_date` | the earlier; one that is set wins over none |
/// | `tags` | all of both |
/// | `custom_fields` | by key; the server's value on a clash |
/// | `position`, `project`, `device`, `group` | the server's |
///
/// More tags or custom fields than a task may have are a conflict. A comment's `content` that
/// differs is a conflict, and so is, under all rules, every row that one side deleted.
final class Merge {
  /// @param fields the merged ones, when nothing conflicts
  /// @param dropped what the device has set and a rule of the organization does not take
  /// @param conflicting fields that somebody has to decide on
  record Merged(Map<String, Json> fields, Map<String, Json> dropped, List<String> conflicting) {}

  /// When both sides were edited last.
  ///
  /// @param local null when the device does not say; never after now, whatever its clock shows
  record Times(Instant server, @Nullable Instant local) {}

  private Merge() {}

  /// @param server all fields as the server has them
  /// @param local those that the device has set
  static Merged of(Map<String, Json> server, Map<String, Json> local, RuleBook rules, Times times) {
    Map<String, Json> merged = new LinkedHashMap<>(server);
    Map<String, Json> dropped = new LinkedHashMap<>();
    List<String> conflicting = new ArrayList<>();
    local.forEach((field, mine) -> {
      Json theirs = server.getOrDefault(field, Json.NULL);
      if (mine.equals(theirs)) {
        return;
      }
      switch (decided(rules.of(field), times)) {
        // of the fields that may have it, a union is the default
        case DEFAULT, UNION ->
            byDefault(field, theirs, mine)
                .ifPresentOrElse(both -> merged.put(field, both), () -> conflicting.add(field));
        case SERVER -> dropped.put(field, mine);
        case CLIENT -> merged.put(field, mine);
        case MANUAL, LATEST -> conflicting.add(field);
      }
    });
    return new Merged(merged, dropped, conflicting);
  }

  /// Whom the times let win; nobody, when the device does not say.
  private static MergeRule decided(MergeRule rule, Times times) {
    Instant local = times.local();
    if (rule != MergeRule.LATEST || local == null) {
      return rule;
    }
    return local.isAfter(times.server()) ? MergeRule.CLIENT : MergeRule.SERVER;
  }

  /// Empty when somebody has to decide.
  private static Optional<Json> byDefault(String field, Json theirs, Json mine) {
    return switch (field) {
      case TaskFields.PRIORITY -> Optional.of(higher(theirs, mine));
      case TaskFields.DUE_DATE -> Optional.of(earlier(theirs, mine));
      case TaskFields.TAGS -> taken(field, union(theirs, mine));
      case TaskFields.CUSTOM_FIELDS -> taken(field, byKey(theirs, mine));
      case TaskFields.STATUS ->
          status(theirs).isStage() && status(mine).isStage()
              ? Optional.of(further(theirs, mine))
              : Optional.empty();
      case TaskFields.POSITION, TaskFields.PROJECT, TaskFields.DEVICE, TaskFields.GROUP ->
          Optional.of(theirs);
      default -> Optional.empty();
    };
  }

  /// More than a task may have is for somebody to decide.
  private static Optional<Json> taken(String field, Json both) {
    return Optional.of(both).filter(value -> TaskFields.takes(field, value));
  }

  private static Json higher(Json a, Json b) {
    return priority(a).compareTo(priority(b)) >= 0 ? a : b;
  }

  private static Json further(Json a, Json b) {
    return status(a).compareTo(status(b)) >= 0 ? a : b;
  }

  private static Json earlier(Json a, Json b) {
    if (a instanceof Json.Text first && b instanceof Json.Text second) {
      return Instant.parse(first.value()).isAfter(Instant.parse(second.value())) ? b : a;
    }
    return a instanceof Json.Text ? a : b;
  }

  private static Json union(Json a, Json b) {
    TreeSet<String> all = new TreeSet<>();
    Stream.of(a, b)
        .forEach(tags -> {
          if (tags instanceof Json.Arr array) {
            array.items().forEach(tag -> all.add(text(tag)));
          }
        });
    return Json.texts(all);
  }

  private static Json byKey(Json server, Json local) {
    Map<String, Json> all = new TreeMap<>();
    Stream.of(local, server)
        .forEach(side -> {
          if (side instanceof Json.Obj object) {
            all.putAll(object.fields());
          }
        });
    return Json.obj(all);
  }

  private static TaskStatus status(Json value) {
    return TaskStatus.named(text(value)).orElseThrow();
  }

  private static Priority priority(Json value) {
    return Priority.named(text(value)).orElseThrow();
  }

  private static String text(Json value) {
    return value instanceof Json.Text text ? text.value() : "";
  }
}
