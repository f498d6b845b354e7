package dev.muster.server.device;

import dev.muster.protocol.Json;
import dev.muster.server.platform.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What people note about a device, freely: keys that they choose, each with a text, a number or a
/// truth. A key has no `=`, so that `attribute.<key>=<value>` can be taken apart in one way.
final class Attributes {
  static final int MOST = 64;
  static final int LONGEST_TEXT = 256;
  static final String FIELD = "attributes.";
  private static final int LONGEST_NUMBER = 32;
  private static final Pattern KEY = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  private Attributes() {}

  /// `present` with `change` written over it by key; null in it removes.
  ///
  /// @throws Refusal `invalid`, with every key and value that is wrong
  static Json.Obj merged(Json.Obj present, Json.Obj change) {
    List<Refusal.FieldError> errors = new ArrayList<>();
    Map<String, Json> merged = new TreeMap<>(present.fields());
    change
        .fields()
        .forEach((key, value) -> {
          String problem = problem(key, value);
          if (problem != null) {
            errors.add(new Refusal.FieldError(FIELD + key, problem));
          } else if (value.equals(Json.NULL)) {
            merged.remove(key);
          } else {
            merged.put(key, value);
          }
        });
    if (errors.isEmpty() && merged.size() > MOST) {
      errors.add(
          new Refusal.FieldError(
              "attributes",
              "must be " + MOST + " at the most, and would be " + merged.size() + "; remove some"));
    }
    if (!errors.isEmpty()) {
      throw Refusal.invalid(errors);
    }
    return Json.obj(merged);
  }

  /// Whether it may be the key of an attribute.
  static boolean isKey(String key) {
    return KEY.matcher(key).matches();
  }

  private static @Nullable String problem(String key, Json value) {
    if (!isKey(key)) {
      return "must have a key of 1 to 64 of A-Z a-z 0-9 . _ - that begins with a letter or digit";
    }
    return switch (value) {
      case Json.Null _, Json.Bool _ -> null;
      case Json.Text text ->
          text.value().length() <= LONGEST_TEXT
              ? null
              : "must have " + LONGEST_TEXT + " characters at the most";
      case Json.Num number ->
          number.canonical().length() <= LONGEST_NUMBER
              ? null
              : "must be a number of " + LONGEST_NUMBER + " digits at the most";
      case Json.Arr _, Json.Obj _ -> "must be a string, a number, true or false; null removes it";
    };
  }
}
