package dev.muster.cli;

import dev.muster.cli.client.Failure;
import java.util.ArrayList;
import java.util.List;

/// A table as text by RFC 4180: commas, quotes doubled within quotes, line ends of either kind also
/// within quotes. A byte order mark at the beginning is passed over, and so are empty lines.
final class Csv {

  /// A row and the line of the file that it begins on, from 1.
  record Row(int line, List<String> cells) {}

  private final String text;
  private final List<Row> rows = new ArrayList<>();
  private final StringBuilder cell = new StringBuilder();
  private List<String> cells = new ArrayList<>();
  private int at;
  private int line = 1;
  private int begun = 1;

  private Csv(String text) {
    this.text = text;
  }

  /// @throws Failure.Usage when a quote is not closed, or something follows it
  static List<Row> rows(String text) {
    var csv = new Csv(text.startsWith("\uFEFF") ? text.substring(1) : text);
    csv.read();
    return csv.rows;
  }

  private void read() {
    while (at < text.length()) {
      char c = text.charAt(at++);
      switch (c) {
        case '"' -> quoted();
        case ',' -> endCell();
        case '\r' -> {
          if (at == text.length() || text.charAt(at) != '\n') {
            endRow();
          }
        }
        case '\n' -> endRow();
        default -> cell.append(c);
      }
    }
    endRow();
  }

  private void quoted() {
    if (!cell.isEmpty()) {
      throw wrong(line, "a quote stands within a cell: quote the whole cell and double the quote");
    }
    int opened = line;
    while (true) {
      if (at == text.length()) {
        throw wrong(opened, "a quote is opened and not closed");
      }
      char c = text.charAt(at++);
      if (c != '"') {
        line += c == '\n' ? 1 : 0;
        cell.append(c);
      } else if (at < text.length() && text.charAt(at) == '"') {
        cell.append(text.charAt(at++));
      } else {
        break;
      }
    }
    if (at < text.length() && ",\r\n".indexOf(text.charAt(at)) < 0) {
      throw wrong(line, "something follows a closing quote: a comma or the end of the line must");
    }
  }

  private void endCell() {
    cells.add(cell.toString());
    cell.setLength(0);
  }

  private void endRow() {
    endCell();
    if (cells.size() > 1 || !cells.getFirst().isBlank()) {
      rows.add(new Row(begun, List.copyOf(cells)));
    }
    cells = new ArrayList<>();
    begun = ++line;
  }

  private static Failure.Usage wrong(int line, String what) {
    return new Failure.Usage("Line " + line + ": " + what + ".");
  }

  /// A row as a line of a file, without its end.
  static String line(List<String> cells) {
    return String.join(",", cells.stream().map(Csv::quotedIfNeeded).toList());
  }

  private static String quotedIfNeeded(String cell) {
    boolean plain = cell.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain ? cell : '"' + cell.replace("\"", "\"\"") + '"';
  }
}
