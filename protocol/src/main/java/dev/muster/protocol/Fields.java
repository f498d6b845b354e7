package dev.muster.protocol;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/// Checks the fields of one object in a setting's value. A field that nobody knows is refused, so
/// that a typing error is not taken for a wish; its name is not repeated, for it may be a value
/// that slipped.
final class Fields {
  private final String at;
  private final Json.Obj object;
  private final List<SettingProblem> problems = new ArrayList<>();

  Fields(String at, Json.Obj object, List<String> known) {
    this.at = at;
    this.object = object;
    if (!known.containsAll(object.fields().keySet())) {
      add("", "has a field that is not known; there are " + String.join(", ", known));
    }
  }

  /// The field must be there and of the type.
  Fields required(String name, SettingType type) {
    if (!object.fields().containsKey(name)) {
      add(name, "is missing");
      return this;
    }
    return optional(name, type);
  }

  /// The field may be left out.
  Fields optional(String name, SettingType type) {
    Json value = object.fields().get(name);
    if (value != null) {
      problems.addAll(type.problems(at + "." + name, value));
    }
    return this;
  }

  /// @param name of the field, empty for the object itself
  void add(String name, String message) {
    problems.add(new SettingProblem(name.isEmpty() ? at : at + "." + name, message));
  }

  void addAll(Collection<SettingProblem> found) {
    problems.addAll(found);
  }

  List<SettingProblem> problems() {
    return problems;
  }
}
