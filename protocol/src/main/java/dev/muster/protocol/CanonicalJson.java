package dev.muster.protocol;

import java.math.BigDecimal;
import java.util.Map;

/// Writes the canonical text of a JSON value.
final class CanonicalJson {
  /// Beyond this many digits a number is written with an exponent. Otherwise ten characters of
  /// input (`1e99999999`) would become a hundred megabytes of text. A number without trailing zeros
  /// has only one text of either kind, so equality does not suffer.
  private static final int PLAIN_DIGITS = 64;

  private static final String HEX = "0123456789abcdef";

  private CanonicalJson() {}

  static String text(Json value) {
    StringBuilder out = new StringBuilder();
    write(value, out);
    return out.toString();
  }

  private static void write(Json value, StringBuilder out) {
    if (value instanceof Json.Bool bool) {
      out.append(bool.value());
    } else if (value instanceof Json.Num num) {
      out.append(number(num.value()));
    } else if (value instanceof Json.Text text) {
      quote(text.value(), out);
    } else if (value instanceof Json.Arr arr) {
      char before = '[';
      for (Json item : arr.items()) {
        out.append(before);
        write(item, out);
        before = ',';
      }
      out.append(before == '[' ? "[]" : "]");
    } else if (value instanceof Json.Obj obj) {
      char before = '{';
      for (Map.Entry<String, Json> field : obj.fields().entrySet()) {
        out.append(before);
        quote(field.getKey(), out);
        out.append(':');
        write(field.getValue(), out);
        before = ',';
      }
      out.append(before == '{' ? "{}" : "}");
    } else {
      out.append("null");
    }
  }

  private static String number(BigDecimal stripped) {
    long digitsBeforePoint = (long) stripped.precision() - stripped.scale();
    boolean plain = digitsBeforePoint <= PLAIN_DIGITS && stripped.scale() <= PLAIN_DIGITS;
    return plain ? stripped.toPlainString() : stripped.toString();
  }

  private static void quote(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ' || isLoneSurrogate(text, i)) {
        out.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
          out.append(HEX.charAt((c >> shift) & 0xf));
        }
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }

  /// Whether the character at `i` is half of a pair whose other half is missing.
  static boolean isLoneSurrogate(String text, int i) {
    char c = text.charAt(i);
    if (Character.isHighSurrogate(c)) {
      return i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1));
    }
    return Character.isLowSurrogate(c)
        && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
  }
}
