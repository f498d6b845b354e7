package dev.muster.server.sync;

import dev.muster.protocol.Json;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Refusal.FieldError;
import dev.muster.server.task.TaskFields;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The merge rules of an organization.
///
/// @param version how often they were changed
/// @param rules by field, those that are not [MergeRule#DEFAULT]
record RuleBook(long version, Map<String, MergeRule> rules) {
  static final String COMMENT_CONTENT = "comment.content";
  static final RuleBook UNCHANGED = new RuleBook(0, Map.of());

  /// In the order in which they are told.
  static final List<String> FIELDS =
      Stream.concat(TaskFields.ALL.stream(), Stream.of(COMMENT_CONTENT)).toList();

  RuleBook {
    rules = Map.copyOf(rules);
  }

  MergeRule of(String field) {
    return rules.getOrDefault(field, MergeRule.DEFAULT);
  }

  /// Whether it matters when a row was edited.
  boolean asksForTimes() {
    return rules.containsValue(MergeRule.LATEST);
  }

  /// All fields with their rules, as people see them.
  Json.Obj described() {
    return Json.obj(
        FIELDS.stream()
            .collect(Collectors.toMap(field -> field, field -> Json.of(of(field).wireName()))));
  }

  /// The rules that somebody wants; a field that is missing gets its default.
  ///
  /// @throws Refusal `invalid_fields` with all that are wrong
  static Map<String, MergeRule> checked(Json.Obj given) {
    Map<String, MergeRule> rules = new LinkedHashMap<>();
    List<FieldError> errors = new ArrayList<>();
    given
        .fields()
        .forEach((field, value) -> {
          if (!FIELDS.contains(field)) {
            errors.add(
                new FieldError(
                    "rules." + field, "is no field with a rule: " + String.join(", ", FIELDS)));
            return;
          }
          Optional<MergeRule> rule =
              value instanceof Json.Text text ? MergeRule.named(text.value()) : Optional.empty();
          if (rule.filter(allowed(field)::contains).isPresent()) {
            rules.put(field, rule.get());
          } else {
            errors.add(new FieldError("rules." + field, "must be one of " + words(field)));
          }
        });
    if (!errors.isEmpty()) {
      throw Refusal.invalid(errors);
    }
    rules.values().removeIf(rule -> rule == MergeRule.DEFAULT);
    return rules;
  }

  private static List<MergeRule> allowed(String field) {
    boolean several = field.equals(TaskFields.TAGS) || field.equals(TaskFields.CUSTOM_FIELDS);
    return Stream.of(MergeRule.values())
        .filter(rule -> several || rule != MergeRule.UNION)
        .toList();
  }

  private static String words(String field) {
    return allowed(field).stream().map(MergeRule::wireName).collect(Collectors.joining(", "));
  }
}
