package dev.muster.agent.core;

import dev.muster.protocol.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Makes text that a server can keep: what a device prints may hold U+0000, which a database
/// refuses, and halves of characters, which UTF-8 has not got. Each becomes U+FFFD, since the
/// result of a command is worth more than one character of it.
final class PlainText {
  private static final char REPLACEMENT = '\uFFFD';

  private PlainText() {}

  static String of(String text) {
    StringBuilder plain = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (c == 0 || Character.isSurrogate(c)) {
        plain = plain == null ? new StringBuilder(text) : plain;
        plain.setCharAt(i, REPLACEMENT);
      }
    }
    return plain == null ? text : plain.toString();
  }

  /// The same for all texts of an object, its keys among them.
  static Json.Obj of(Json.Obj object) {
    Map<String, Json> fields = new TreeMap<>();
    object.fields().forEach((key, value) -> fields.put(of(key), of(value)));
    return new Json.Obj(fields);
  }

  private static Json of(Json value) {
    if (value instanceof Json.Text text) {
      return Json.of(of(text.value()));
    }
    if (value instanceof Json.Obj object) {
      return of(object);
    }
    if (value instanceof Json.Arr array) {
      List<Json> items = new ArrayList<>(array.items().size());
      array.items().forEach(item -> items.add(of(item)));
      return new Json.Arr(items);
    }
    return value;
  }
}
