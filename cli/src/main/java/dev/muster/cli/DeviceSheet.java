package dev.muster.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.muster.cli.client.Failure;
import dev.muster.protocol.Platform;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/// A file of devices to register: a header that names the columns, then a device on each row. What
/// can be seen to be wrong is found here, with its line and column, before anything is sent.
final class DeviceSheet {

  /// A device of the file, with what is wrong with it; `body` is what the server is sent.
  record Entry(int line, List<String> cells, ObjectNode body, List<String> mistakes) {
    String id() {
      return body.path("device_id").asText("");
    }
  }

  private static final List<String> COLUMNS =
      List.of("device_id", "name", "type", "platform", "status", "tags", "groups");
  private static final String ATTRIBUTE = "attribute.";

  /// Of the file that `--failed` writes, so that it can be mended and given again.
  static final String ERROR = "error";

  private static final Pattern ID = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9._:-]{1,128}");
  private static final Pattern UUID =
      Pattern.compile("[0-9A-Fa-f]{8}-([0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}");
  private static final List<String> STATUSES =
      List.of("IDLE", "BUSY", "OFFLINE", "MAINTENANCE", "UPDATING", "RECOVERING", "ERROR");

  private final List<String> header;
  private final List<Entry> entries;

  private DeviceSheet(List<String> header, List<Entry> entries) {
    this.header = header;
    this.entries = entries;
  }

  List<String> header() {
    return header;
  }

  List<Entry> entries() {
    return entries;
  }

  /// @throws Failure.Usage when it is no table, or its header is not one of devices
  static DeviceSheet read(String text) {
    List<Csv.Row> rows = Csv.rows(text);
    if (rows.isEmpty()) {
      throw new Failure.Usage("The file is empty: its first line names the columns, " + columns());
    }
    List<String> header = header(rows.getFirst());
    var seen = new LinkedHashMap<String, Integer>();
    var entries = new ArrayList<Entry>();
    for (Csv.Row row : rows.subList(1, rows.size())) {
      entries.add(entry(header, row, seen));
    }
    return new DeviceSheet(header, entries);
  }

  private static String columns() {
    return String.join(", ", COLUMNS) + " or attribute.KEY.";
  }

  private static List<String> header(Csv.Row row) {
    var names =
        row.cells().stream()
            .map(String::strip)
            .map(name -> name.startsWith(ATTRIBUTE) ? name : name.toLowerCase(Locale.ROOT))
            .toList();
    for (String name : names) {
      boolean known =
          COLUMNS.contains(name)
              || name.equals(ERROR)
              || (name.startsWith(ATTRIBUTE) && name.length() > ATTRIBUTE.length());
      if (!known) {
        throw new Failure.Usage(
            "Line %d: «%s» is no column of devices: the first line names some of %s"
                .formatted(row.line(), name, columns()));
      }
      if (names.indexOf(name) != names.lastIndexOf(name)) {
        throw new Failure.Usage("Line " + row.line() + ": the column " + name + " is there twice.");
      }
    }
    if (!names.contains("device_id") && !names.contains("name")) {
      throw new Failure.Usage("Line " + row.line() + ": there must be a column device_id or name.");
    }
    return names;
  }

  private static Entry entry(List<String> header, Csv.Row row, Map<String, Integer> seen) {
    var entry = new Entry(row.line(), row.cells(), Muster.object(), new ArrayList<>());
    if (row.cells().size() > header.size()) {
      entry
          .mistakes()
          .add(
              "has %d cells, and the header names %d: quote a cell that holds a comma"
                  .formatted(row.cells().size(), header.size()));
      return entry;
    }
    for (int column = 0; column < row.cells().size(); column++) {
      String value = row.cells().get(column).strip();
      if (!value.isEmpty()) {
        cell(entry, header.get(column), value);
      }
    }
    if (!entry.body().has("name") && !entry.id().isEmpty()) {
      entry.body().put("name", entry.id());
    }
    if (!entry.body().has("name")) {
      entry.mistakes().add("name: needs a name or a device_id");
    }
    Integer earlier = entry.id().isEmpty() ? null : seen.putIfAbsent(entry.id(), entry.line());
    if (earlier != null) {
      entry.mistakes().add("device_id: «" + entry.id() + "» is on line " + earlier + " already");
    }
    return entry;
  }

  private static void cell(Entry entry, String column, String value) {
    ObjectNode body = entry.body();
    switch (column) {
      case "device_id" -> {
        if (!ID.matcher(value).matches() || UUID.matcher(value).matches()) {
          wrong(entry, column, value, "1 to 128 of A-Z a-z 0-9 . _ : - and not of a UUID's form");
        }
        body.put(column, value);
      }
      case "name" -> {
        if (value.codePointCount(0, value.length()) > 200) {
          wrong(entry, column, value.substring(0, 20) + "…", "at most 200 characters");
        }
        body.put(column, value);
      }
      case "type" -> {
        if (value.codePointCount(0, value.length()) > 100) {
          wrong(entry, column, value.substring(0, 20) + "…", "at most 100 characters");
        }
        body.put(column, value);
      }
      case "platform" ->
          word(entry, column, value, Arrays.stream(Platform.values()).map(Enum::name).toList());
      case "status" -> word(entry, column, value, STATUSES);
      case "tags", "groups" ->
          Arrays.stream(value.split(";", -1))
              .map(String::strip)
              .filter(part -> !part.isEmpty())
              .forEach(body.withArrayProperty(column)::add);
      case ERROR -> {}
      default ->
          body.withObjectProperty("attributes")
              .set(column.substring(ATTRIBUTE.length()), DevicesSetCommand.value(value));
    }
  }

  private static void word(Entry entry, String column, String value, List<String> words) {
    String word = value.toUpperCase(Locale.ROOT);
    if (!words.contains(word)) {
      wrong(entry, column, value, "one of " + String.join(", ", words));
    }
    entry.body().put(column, word);
  }

  private static void wrong(Entry entry, String column, String value, String right) {
    entry.mistakes().add(column + ": «" + value + "» is not " + right);
  }
}
