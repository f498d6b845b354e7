package dev.muster.server.task;

import dev.muster.protocol.Json;
import dev.muster.protocol.VectorClock;
import dev.muster.server.platform.JsonText;
import java.math.BigDecimal;
import java.util.Map;
import java.util.TreeMap;

/// Vector clocks as JSON objects of whole numbers.
public final class Clocks {
  private Clocks() {}

  public static Json.Obj json(VectorClock clock) {
    Map<String, Json> components = new TreeMap<>();
    clock.components().forEach((component, value) -> components.put(component, Json.of(value)));
    return Json.obj(components);
  }

  /// As it is stored.
  public static String text(VectorClock clock) {
    StringBuilder text = new StringBuilder("{");
    clock
        .components()
        .forEach((component, value) ->
            text.append(text.length() == 1 ? "" : ",")
                .append(Json.of(component).canonical())
                .append(':')
                .append(value));
    return text.append('}').toString();
  }

  /// A clock that this server has stored. It may have more components than one that is sent: it is
  /// the clock of several sides.
  static VectorClock parse(String stored) {
    return stored(JsonText.parseObject(stored));
  }

  /// A clock that somebody has sent.
  ///
  /// @throws IllegalArgumentException with what would be right
  public static VectorClock read(Json given) {
    if (!(given instanceof Json.Obj object)
        || object.fields().size() > VectorClock.MOST_COMPONENTS) {
      throw new IllegalArgumentException("must be an object of at most 1000 components");
    }
    return stored(object);
  }

  /// A clock that this server has stored.
  public static VectorClock stored(Json.Obj object) {
    Map<String, Long> components = new TreeMap<>();
    object.fields().forEach((component, value) -> components.put(component, count(value)));
    return VectorClock.of(components);
  }

  private static long count(Json value) {
    if (value instanceof Json.Num number
        && number.value().signum() >= 0
        && number.value().compareTo(BigDecimal.valueOf(VectorClock.MOST)) <= 0
        && number.value().scale() <= 0) {
      return number.value().longValueExact();
    }
    throw new IllegalArgumentException("must have whole numbers from 0 to 2^53 as its values");
  }
}
