package dev.muster.server.action;

import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The types of actions with their parameters as rows of `docs/actions.md`.
public final class ActionTypesTable {
  private ActionTypesTable() {}

  public static String rows() {
    return Stream.of(ActionType.values())
        .map(type -> "| `" + type + "` | `" + type.wireName() + "` | " + parameters(type) + " |\n")
        .collect(Collectors.joining());
  }

  private static String parameters(ActionType type) {
    if (type.isOpen()) {
      return "any";
    }
    return type.parameters().isEmpty()
        ? "none"
        : type.parameters().stream()
            .map(parameter ->
                "`"
                    + parameter.name()
                    + "`"
                    + (parameter.required() ? "" : ", optional,")
                    + " "
                    + parameter.kind().rule())
            .collect(Collectors.joining("<br>"));
  }
}
