package dev.muster.server.audit;

import dev.muster.server.audit.AuditWire.EntryRow;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The log as CSV (RFC 4180): a line of names, then one entry a line.
///
/// A cell that a spreadsheet would take for a formula begins with an apostrophe: names in the log
/// come from whoever made the thing, and opening an export must not run what they wrote.
final class AuditCsv {
  private static final String FORMULA = "=+-@\t\r\n";

  private AuditCsv() {}

  static String head() {
    return line(
        "at",
        "id",
        "actor_kind",
        "actor_id",
        "actor_name",
        "action",
        "target_kind",
        "target_id",
        "request_id",
        "before",
        "after",
        "erased",
        "position");
  }

  static String line(EntryRow row) {
    return line(
        row.at(),
        row.id(),
        row.actor().kind(),
        row.actor().id(),
        row.actor().name(),
        row.action(),
        row.target().kind(),
        row.target().id(),
        row.requestId(),
        row.before().canonical(),
        row.after().canonical(),
        row.erased(),
        row.position());
  }

  private static String line(@Nullable Object... cells) {
    return Stream.of(cells).map(AuditCsv::cell).collect(Collectors.joining(",")) + "\r\n";
  }

  private static String cell(@Nullable Object value) {
    String text = value == null ? "" : value.toString();
    if (!text.isEmpty() && FORMULA.indexOf(text.charAt(0)) >= 0) {
      text = "'" + text;
    }
    boolean plain = List.of(",", "\"", "\r", "\n").stream().noneMatch(text::contains);
    return plain ? text : "\"" + text.replace("\"", "\"\"") + "\"";
  }
}
