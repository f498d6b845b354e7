package dev.muster.cli;

import dev.muster.cli.client.Failure;
import java.util.ArrayList;
import java.util.List;

/// A line as a shell takes it apart: words between spaces, quotes anywhere in a word, a backslash
/// before what is meant as it is, and `#` before a remark. Nothing is expanded.
final class Words {

  private Words() {}

  /// @throws Failure.Usage when a quote is not closed
  static List<String> of(String line) {
    var words = new ArrayList<String>();
    var word = new StringBuilder();
    boolean inWord = false;
    char quote = 0;
    for (int at = 0; at < line.length(); at++) {
      char c = line.charAt(at);
      if (quote == 0 && !inWord && c == '#') {
        break;
      } else if (c == '\\' && quote != '\'' && at + 1 < line.length()) {
        word.append(line.charAt(++at));
        inWord = true;
      } else if (quote != 0) {
        if (c == quote) {
          quote = 0;
        } else {
          word.append(c);
        }
      } else if (c == '"' || c == '\'') {
        quote = c;
        inWord = true;
      } else if (Character.isWhitespace(c)) {
        if (inWord) {
          words.add(word.toString());
          word.setLength(0);
          inWord = false;
        }
      } else {
        word.append(c);
        inWord = true;
      }
    }
    if (quote != 0) {
      throw new Failure.Usage("A quote (" + quote + ") is not closed.");
    }
    if (inWord) {
      words.add(word.toString());
    }
    return words;
  }
}
