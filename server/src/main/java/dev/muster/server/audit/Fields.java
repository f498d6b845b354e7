package dev.muster.server.audit;

import dev.muster.protocol.Json;
import dev.muster.protocol.Payloads;
import dev.muster.server.platform.JsonText;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What of a thing's fields goes into the log: those that differ, and no secret.
///
/// Rooms mask what they know to be secret. This masks once more, by name, what one of them forgot:
/// a field whose last word is a word for a secret, unless it is a number or a truth value
/// (`password_min_length` and `tokens: 5` tell nothing).
///
/// A side is 64 KiB at the most: of what is larger the long fields are named by size and hash, so
/// that nobody can fill the log, or a page of it, by changing large things often.
///
/// @param before without what is the same in `after`; inside of objects too
record Fields(Json.Obj before, Json.Obj after) {
  private static final Set<String> SECRET =
      Set.of("secret", "password", "passphrase", "token", "hash", "psk");

  private static final int MOST_CHARACTERS = 64 * 1024;
  private static final int LONG_FIELD = 1024;

  static Fields of(Json.Obj before, Json.Obj after) {
    return new Fields(
        bounded(masked(without(before, after))), bounded(masked(without(after, before))));
  }

  private static Json.Obj bounded(Json.Obj fields) {
    if (fields.canonical().length() <= MOST_CHARACTERS) {
      return fields;
    }
    Map<String, Json> bounded = new TreeMap<>();
    fields
        .fields()
        .forEach((name, value) -> {
          boolean isLong = value.canonical().length() > LONG_FIELD;
          bounded.put(name, isLong ? digest(value) : value);
        });
    Json.Obj shorter = Json.obj(bounded);
    return shorter.canonical().length() <= MOST_CHARACTERS ? shorter : digest(fields);
  }

  private static Json.Obj digest(Json value) {
    return Json.obj(
        Map.of(
            "characters", Json.of(value.canonical().length()),
            "sha256", Json.of(JsonText.hash(value))));
  }

  private static Json.Obj without(Json.Obj fields, Json.Obj others) {
    Map<String, Json> kept = new TreeMap<>();
    fields
        .fields()
        .forEach((name, value) -> {
          Json other = others.fields().get(name);
          if (value instanceof Json.Obj inner && other instanceof Json.Obj innerOther) {
            Json.Obj differing = without(inner, innerOther);
            if (!differing.fields().isEmpty()) {
              kept.put(name, differing);
            }
          } else if (!value.equals(other)) {
            kept.put(name, value);
          }
        });
    return Json.obj(kept);
  }

  private static Json.Obj masked(Json.Obj fields) {
    Map<String, Json> masked = new TreeMap<>();
    fields.fields().forEach((name, value) -> masked.put(name, masked(name, value)));
    return Json.obj(masked);
  }

  private static Json masked(@Nullable String name, Json value) {
    boolean secret = name != null && isSecret(name);
    return switch (value) {
      case Json.Null _, Json.Bool _, Json.Num _ -> value;
      case Json.Text _ -> secret ? Json.of(Payloads.MASK) : value;
      case Json.Obj fields -> secret ? Json.of(Payloads.MASK) : masked(fields);
      case Json.Arr array ->
          secret
              ? Json.of(Payloads.MASK)
              : new Json.Arr(array.items().stream().map(item -> masked(null, item)).toList());
    };
  }

  /// `password_hash`, `deviceToken` and `PSK`, but not `token_id`.
  private static boolean isSecret(String name) {
    return Arrays.stream(name.split("[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])", -1))
        .filter(word -> !word.isEmpty())
        .reduce((_, last) -> last)
        .filter(last -> SECRET.contains(last.toLowerCase(Locale.ROOT)))
        .isPresent();
  }
}
