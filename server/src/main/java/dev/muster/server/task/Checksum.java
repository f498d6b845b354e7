package dev.muster.server.task;

import dev.muster.protocol.Json;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The checksum by which clients see whether they hold a task as the server does: SHA-256, in hex,
/// of the JSON that Python's `json.dumps(…, sort_keys=True)` writes of what people set.
final class Checksum {
  private static final List<String> FIELDS =
      List.of(
          TaskFields.TITLE,
          TaskFields.DESCRIPTION,
          TaskFields.STATUS,
          TaskFields.PRIORITY,
          TaskFields.DUE_DATE,
          TaskFields.ASSIGNED_TO,
          TaskFields.CUSTOM_FIELDS);

  private static final Comparator<String> BY_CODE_POINT =
      Comparator.comparing(Checksum::points, Arrays::compare);

  private Checksum() {}

  static String of(Task task) {
    Map<String, Json> all = TaskFields.of(task);
    Map<String, Json> fields = new LinkedHashMap<>();
    FIELDS.forEach(field -> fields.put(field, all.getOrDefault(field, Json.NULL)));
    fields.put(TaskFields.TAGS, Json.texts(task.tags().stream().sorted(BY_CODE_POINT).toList()));
    StringBuilder text = new StringBuilder();
    write(Json.obj(fields), text);
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(text.toString().getBytes(StandardCharsets.US_ASCII));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  static void write(Json value, StringBuilder out) {
    switch (value) {
      case Json.Null _ -> out.append("null");
      case Json.Bool bool -> out.append(bool.value());
      case Json.Num number -> out.append(number(number.value()));
      case Json.Text text -> quote(text.value(), out);
      case Json.Arr array -> {
        String before = "[";
        for (Json item : array.items()) {
          out.append(before);
          write(item, out);
          before = ", ";
        }
        out.append(array.items().isEmpty() ? "[]" : "]");
      }
      case Json.Obj object -> {
        String before = "{";
        for (Map.Entry<String, Json> field : byCodePoint(object.fields()).entrySet()) {
          out.append(before);
          quote(field.getKey(), out);
          out.append(": ");
          write(field.getValue(), out);
          before = ", ";
        }
        out.append(object.fields().isEmpty() ? "{}" : "}");
      }
    }
  }

  /// Python sorts by code point, and Java by UTF-16.
  private static Map<String, Json> byCodePoint(Map<String, Json> fields) {
    Map<String, Json> sorted = new TreeMap<>(BY_CODE_POINT);
    sorted.putAll(fields);
    return sorted;
  }

  /// As Python's `repr` writes a float, and an integer in full.
  private static String number(BigDecimal value) {
    if (value.stripTrailingZeros().scale() <= 0) {
      return value.toBigInteger().toString();
    }
    BigDecimal shortest = new BigDecimal(Double.toString(value.doubleValue())).stripTrailingZeros();
    int exponent = shortest.precision() - shortest.scale() - 1;
    if (exponent >= -4 && exponent < 16) {
      return shortest.toPlainString();
    }
    String digits = shortest.unscaledValue().abs().toString();
    String fraction = digits.length() == 1 ? "" : "." + digits.substring(1);
    return (shortest.signum() < 0 ? "-" : "")
        + digits.charAt(0)
        + fraction
        + "e%s%02d".formatted(exponent < 0 ? "-" : "+", Math.abs(exponent));
  }

  private static int[] points(String text) {
    return text.codePoints().toArray();
  }

  private static void quote(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        default -> {
          if (c < ' ' || c > '~') {
            out.append("\\u").append(HexFormat.of().toHexDigits(c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
