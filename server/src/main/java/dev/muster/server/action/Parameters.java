package dev.muster.server.action;

import dev.muster.server.platform.JsonText;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Refusal.FieldError;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Checks what an action is asked for with.
final class Parameters {
  private static final int MOST = 64;
  private static final int LONGEST_NAME = 128;
  private static final int MOST_CHARACTERS = 200_000;

  /// What the envelope of a command is made of: over the push service both stand side by side.
  private static final Set<String> ENVELOPE =
      Set.of("type", "action", "request_id", "device_id", "ts", "hmac", "hmac2", "params");

  private Parameters() {}

  /// @throws Refusal `invalid fields`, with each parameter that is wrong
  static Map<String, String> checked(ActionType type, Map<String, String> given) {
    List<FieldError> errors = new ArrayList<>();
    int characters = 0;
    for (Map.Entry<String, String> parameter : given.entrySet()) {
      characters += parameter.getKey().length() + parameter.getValue().length();
      String problem = problem(type, parameter.getKey(), parameter.getValue());
      if (problem != null) {
        errors.add(new FieldError("params." + JsonText.printable(parameter.getKey()), problem));
      }
    }
    for (Parameter parameter : type.parameters()) {
      if (parameter.required() && !given.containsKey(parameter.name())) {
        errors.add(
            new FieldError(
                "params." + parameter.name(), "is missing; it " + parameter.kind().rule()));
      }
    }
    if (given.size() > MOST || characters > MOST_CHARACTERS) {
      errors.add(
          new FieldError("params", "must be 64 parameters of 200000 characters at the most"));
    }
    if (!errors.isEmpty()) {
      throw Refusal.invalid(errors);
    }
    return new TreeMap<>(given);
  }

  private static @Nullable String problem(ActionType type, String name, String value) {
    if (name.isEmpty() || name.length() > LONGEST_NAME) {
      return "must have a name of 1 to 128 characters";
    }
    if (!JsonText.isStorable(name) || !JsonText.isStorable(value)) {
      return JsonText.UNSTORABLE;
    }
    if (ENVELOPE.contains(name)) {
      return "must have another name: this one is the envelope's";
    }
    for (Parameter parameter : type.parameters()) {
      if (parameter.name().equals(name)) {
        return parameter.kind().accepts(value) ? null : parameter.kind().rule();
      }
    }
    return type.isOpen() ? null : "is no parameter of " + type + "; it takes " + names(type);
  }

  private static String names(ActionType type) {
    return type.parameters().isEmpty()
        ? "none"
        : String.join(", ", type.parameters().stream().map(Parameter::name).toList());
  }
}
