package dev.muster.agent;

import dev.muster.protocol.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// How much of what a command found out fits into its result, measured as the JSON that is sent: a
/// control character of one byte is six there. What does not fit is left out rather than all of it.
final class Fitting {
  /// A result holds 256 KiB; the rest is for what stands beside.
  static final int MOST = 250_000;

  private Fitting() {}

  /// As much of the text, from its beginning, as fits.
  static String beginning(String text) {
    if (quoted(text) <= MOST) {
      return text;
    }
    int room = MOST - 2;
    int i = 0;
    while (i < text.length()) {
      String character = Character.toString(text.codePointAt(i));
      room -= quoted(character) - 2;
      if (room < 0) {
        break;
      }
      i += character.length();
    }
    return text.substring(0, i);
  }

  /// The newest lines, the last ones, that fit together.
  static List<String> newest(List<String> lines) {
    int room = MOST;
    int first = lines.size();
    while (first > 0) {
      room -= quoted(lines.get(first - 1)) + 1;
      if (room < 0) {
        break;
      }
      first--;
    }
    return lines.subList(first, lines.size());
  }

  private static int quoted(String text) {
    return Json.of(text).canonical().getBytes(StandardCharsets.UTF_8).length;
  }
}
