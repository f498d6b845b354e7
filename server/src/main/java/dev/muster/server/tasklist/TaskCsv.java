package dev.muster.server.tasklist;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.SequenceWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import dev.muster.protocol.Json;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.JsonText;
import dev.muster.server.platform.Refusal;
import dev.muster.server.task.TaskFields;
import dev.muster.server.task.TaskWire.TaskBody;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Tasks as CSV (RFC 4180): a line of names, then a task a line. An empty cell is null, or what
/// means nothing for its field; tags and custom fields are JSON in their cells.
///
/// A cell that a spreadsheet would take for a formula gets an apostrophe before it, as titles come
/// from anybody, and opening an export must not run what they wrote. A cell that has apostrophes
/// before such a beginning gets one too: so reading takes off exactly what writing has put on.
final class TaskCsv {
  private static final CsvMapper CSV = new CsvMapper();
  private static final String FORMULA = "=+-@\t\r";
  private static final String ID = "id";

  /// What people set comes before what is there to be read, and is not taken in.
  private static final List<String> COLUMNS =
      Stream.of(
              List.of(ID),
              TaskFields.ALL,
              List.of(
                  "project_name",
                  "assigned_to_name",
                  "device_name",
                  "group_name",
                  "created_by_name",
                  "created_at",
                  "updated_at",
                  "completed_at",
                  "version"))
          .flatMap(List::stream)
          .toList();

  private TaskCsv() {}

  /// Writes rows one by one, after the line of names.
  static SequenceWriter writer(OutputStream out) throws IOException {
    SequenceWriter writer =
        CSV.writerFor(String[].class)
            .with(CsvSchema.emptySchema().withLineSeparator("\r\n"))
            .without(SerializationFeature.FLUSH_AFTER_WRITE_VALUE)
            .writeValues(out);
    return writer.write(COLUMNS.toArray(String[]::new));
  }

  static String[] line(TaskBody task) {
    return Stream.of(
            task.id(),
            task.title(),
            task.description(),
            task.status(),
            task.priority(),
            task.dueDate(),
            task.position(),
            task.project(),
            task.assignedTo(),
            task.device(),
            task.group(),
            Json.texts(task.tags()).canonical(),
            task.customFields().canonical(),
            task.projectName(),
            task.assignedToName(),
            task.deviceName(),
            task.groupName(),
            task.createdByName(),
            task.createdAt(),
            task.updatedAt(),
            task.completedAt(),
            task.version())
        .map(TaskCsv::guarded)
        .toArray(String[]::new);
  }

  /// The rows of a file, of which a column that is not known is passed over.
  ///
  /// @throws Refusal `malformed_request` when it is no CSV or does not say which column is what
  static List<TaskRow> read(byte[] file) {
    List<TaskRow> rows = new ArrayList<>();
    try (MappingIterator<String[]> lines =
        CSV.readerFor(String[].class)
            .with(CsvParser.Feature.WRAP_AS_ARRAY)
            .with(CsvParser.Feature.SKIP_EMPTY_LINES)
            .readValues(file)) {
      List<String> names = lines.hasNextValue() ? names(lines.nextValue()) : names(new String[0]);
      while (lines.hasNextValue()) {
        TaskImports.requireFew(rows.size() + 1);
        rows.add(row(rows.size() + 1, names, lines.nextValue()));
      }
    } catch (JsonProcessingException malformed) {
      throw malformed(
          "The file is no CSV: "
              + malformed.getOriginalMessage()
              + " (row "
              + (rows.size() + 1)
              + ").");
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return rows;
  }

  private static List<String> names(String[] first) {
    List<String> names = Arrays.stream(first).map(String::strip).toList();
    if (!names.contains(ID) && !names.contains(TaskFields.TITLE)) {
      throw malformed("The first line must name the columns, id or title among them.");
    }
    if (new HashSet<>(names).size() < names.size()) {
      throw malformed("The first line must name each column once.");
    }
    return names;
  }

  private static Refusal malformed(String detail) {
    return Refusal.of(ErrorCode.MALFORMED_REQUEST, detail);
  }

  private static TaskRow row(int number, List<String> names, String[] cells) {
    if (cells.length != names.size()) {
      return TaskRow.wrong(
          number,
          "must have %d cells, as the first line, and has %d"
              .formatted(names.size(), cells.length));
    }
    Map<String, Json> fields = new HashMap<>();
    for (int i = 0; i < cells.length; i++) {
      String name = names.get(i);
      String cell = unguarded(cells[i]);
      if (!JsonText.isStorable(cell)) {
        return TaskRow.wrong(number, JsonText.UNSTORABLE);
      }
      Json value = value(name, cell);
      if (value != null) {
        fields.put(name, value);
      }
    }
    return TaskRow.read(number, Json.obj(fields));
  }

  /// Null when the cell says nothing.
  private static @Nullable Json value(String column, String cell) {
    return switch (column) {
      case TaskFields.TITLE, TaskFields.DESCRIPTION -> Json.of(cell);
      case TaskFields.DUE_DATE,
          TaskFields.PROJECT,
          TaskFields.ASSIGNED_TO,
          TaskFields.DEVICE,
          TaskFields.GROUP ->
          cell.isEmpty() ? Json.NULL : Json.of(cell);
      case TaskFields.TAGS -> json(cell.isEmpty() ? "[]" : cell);
      case TaskFields.CUSTOM_FIELDS -> json(cell.isEmpty() ? "{}" : cell);
      case ID, TaskFields.STATUS, TaskFields.PRIORITY, TaskFields.POSITION ->
          cell.isEmpty() ? null : Json.of(cell);
      default -> null;
    };
  }

  /// The one value that the cell spells; the cell itself when it spells none, which its field then
  /// refuses.
  private static Json json(String cell) {
    try {
      return JsonText.parse("[" + cell + "]") instanceof Json.Arr one && one.items().size() == 1
          ? one.items().getFirst()
          : Json.of(cell);
    } catch (UncheckedIOException _) {
      return Json.of(cell);
    }
  }

  private static String guarded(@Nullable Object value) {
    String text = value == null ? "" : value.toString();
    return isFormula(text) ? "'" + text : text;
  }

  private static String unguarded(String cell) {
    return cell.startsWith("'") && isFormula(cell) ? cell.substring(1) : cell;
  }

  /// After any number of apostrophes.
  private static boolean isFormula(String text) {
    int begin = 0;
    while (begin < text.length() && text.charAt(begin) == '\'') {
      begin++;
    }
    return begin < text.length() && FORMULA.indexOf(text.charAt(begin)) >= 0;
  }
}
