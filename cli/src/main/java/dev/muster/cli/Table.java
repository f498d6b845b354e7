package dev.muster.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A table for people: columns as wide as their widest cell, two spaces between them, whole numbers
/// to the right. Control characters are shown as `·`: a device may not be named so that it rewrites
/// the operator's terminal.
public final class Table {

  private final List<String> head;
  private final List<List<String>> rows = new ArrayList<>();

  public Table(String... head) {
    this.head = List.of(head);
  }

  public Table row(Object... cells) {
    rows.add(Arrays.stream(cells).map(cell -> printable(cell.toString())).toList());
    return this;
  }

  public boolean isEmpty() {
    return rows.isEmpty();
  }

  /// The lines of the table, the head first, without trailing spaces.
  public List<String> lines() {
    var all = new ArrayList<List<String>>();
    all.add(head);
    all.addAll(rows);
    int[] widths = new int[head.size()];
    boolean[] numeric = new boolean[head.size()];
    for (int column = 0; column < head.size(); column++) {
      int at = column;
      widths[at] = all.stream().mapToInt(row -> width(row.get(at))).max().orElse(0);
      List<String> cells =
          rows.stream().map(row -> row.get(at)).filter(c -> !c.equals("-")).toList();
      numeric[at] = !cells.isEmpty() && cells.stream().allMatch(Table::isNumber);
    }
    return all.stream().map(row -> line(row, widths, numeric)).toList();
  }

  private static String line(List<String> row, int[] widths, boolean[] numeric) {
    var line = new StringBuilder();
    for (int column = 0; column < row.size(); column++) {
      String cell = row.get(column);
      String pad = " ".repeat(widths[column] - width(cell));
      line.append(column == 0 ? "" : "  ").append(numeric[column] ? pad + cell : cell + pad);
    }
    return line.toString().stripTrailing();
  }

  private static boolean isNumber(String cell) {
    return !cell.isEmpty() && cell.chars().allMatch(Character::isDigit);
  }

  private static int width(String cell) {
    return cell.codePointCount(0, cell.length());
  }

  /// The text with everything that a terminal would act on replaced.
  public static String printable(String text) {
    return printable(text, ' ');
  }

  /// The same, but one more character is let through.
  static String printable(String text, char allowed) {
    var safe = new StringBuilder(text.length());
    text.codePoints()
        .map(c -> c != allowed && isActive(c) ? '·' : c)
        .forEach(safe::appendCodePoint);
    return safe.toString();
  }

  private static boolean isActive(int c) {
    return Character.isISOControl(c) || Character.getType(c) == Character.FORMAT;
  }
}
