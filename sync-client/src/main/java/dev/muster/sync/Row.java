package dev.muster.sync;

import dev.muster.protocol.Json;
import dev.muster.protocol.VectorClock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A task or comment on this device.
///
/// `local` is what people see and edit. `base` is what the server is known to have: what it told
/// last, and what it has taken of this device since. They differ only while edits wait to be
/// pushed.
///
/// @param local in the shape of the REST API; null when it is deleted here, or there is none
/// @param base null when the server has none; only a clock, see [#gone], when it has deleted the
///   row and edits of it wait here
/// @param tick the greatest count of this device's own component that was ever given to this row:
///   it is not used again, whatever becomes of the row
/// @param round the round of telling everything in which the server told it
public record Row(
    Kind kind,
    String id,
    Json.@Nullable Obj local,
    Json.@Nullable Obj base,
    long tick,
    long round) {
  static final String CLOCK = "vector_clock";

  static Row unknown(Kind kind, String id) {
    return new Row(kind, id, null, null, 0, 0);
  }

  Row withLocal(Json.@Nullable Obj data) {
    return new Row(kind, id, data, base, tick, round);
  }

  Row withBase(Json.@Nullable Obj data) {
    return new Row(kind, id, local, data, tick, round);
  }

  Row withTick(long used) {
    return new Row(kind, id, local, base, used, round);
  }

  Row inRound(long now) {
    return new Row(kind, id, local, base, tick, now);
  }

  /// The base of a row that the server has deleted: what it had seen then.
  static Json.Obj gone(VectorClock clock) {
    return with(null, Map.of(), clock);
  }

  boolean isGone() {
    return base != null && base.fields().size() == 1 && base.fields().containsKey(CLOCK);
  }

  /// A field of what people see; empty when it is not set, or no text.
  public String text(String field) {
    return local == null ? "" : text(local, field);
  }

  /// A list of texts, such as `tags`.
  public List<String> texts(String field) {
    List<String> texts = new ArrayList<>();
    if (local != null && local.fields().get(field) instanceof Json.Arr array) {
      for (Json item : array.items()) {
        if (item instanceof Json.Text text) {
          texts.add(text.value());
        }
      }
    }
    return texts;
  }

  static String text(Json.Obj object, String field) {
    return object.fields().get(field) instanceof Json.Text text ? text.value() : "";
  }

  /// The clock in a row; empty when there is none, or nonsense.
  static VectorClock clock(Json.@Nullable Obj data) {
    Map<String, Long> components = new HashMap<>();
    if (data != null && data.fields().get(CLOCK) instanceof Json.Obj clock) {
      clock
          .fields()
          .forEach((component, value) -> {
            if (value instanceof Json.Num number) {
              components.put(component, number.value().longValue());
            }
          });
    }
    try {
      return VectorClock.of(components);
    } catch (IllegalArgumentException nonsense) {
      return VectorClock.EMPTY;
    }
  }

  /// A row with other fields in it, and a clock.
  static Json.Obj with(Json.@Nullable Obj data, Map<String, Json> fields, VectorClock clock) {
    Map<String, Json> all = new HashMap<>(data == null ? Map.of() : data.fields());
    all.putAll(fields);
    Map<String, Json> components = new HashMap<>();
    clock.components().forEach((component, value) -> components.put(component, Json.of(value)));
    all.put(CLOCK, Json.obj(components));
    return Json.obj(all);
  }
}
