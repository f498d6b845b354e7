package dev.muster.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.muster.cli.Table;
import dev.muster.cli.Times;
import dev.muster.protocol.ComplianceState;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// The devices as they are now. On a terminal it is drawn over itself; elsewhere it is one line
/// whenever the counts change, so that a log of it stays readable.
final class LiveTable {

  /// What there is to draw on. `rows` and `columns` are those of the terminal.
  record Screen(boolean terminal, boolean colours, int rows, int columns) {}

  private final PrintWriter out;
  private final Screen screen;
  private int drawn;
  private String counts = "";

  LiveTable(PrintWriter out, Screen screen) {
    this.out = out;
    this.screen = screen;
  }

  /// Draws the server's compliance summary and device list as seen at `now`.
  void draw(JsonNode summary, JsonNode devices, Instant now) {
    String line = counts(summary);
    if (!screen.terminal()) {
      if (!line.equals(counts)) {
        out.println(line);
        out.flush();
      }
      counts = line;
      return;
    }
    var frame = new ArrayList<String>();
    frame.add(line);
    frame.add("");
    frame.addAll(rows(devices, now));
    var text = new StringBuilder();
    if (drawn > 0) {
      text.append("\u001b[").append(drawn).append('A');
    }
    for (String row : frame) {
      text.append("\r\u001b[2K").append(coloured(cut(row))).append('\n');
    }
    text.append("\u001b[J");
    drawn = frame.size();
    out.print(text);
    out.flush();
  }

  private static String counts(JsonNode summary) {
    return Arrays.stream(ComplianceState.values())
        .map(state -> state + " " + summary.path("counts").path(state.name()).asLong())
        .collect(Collectors.joining("   ", summary.path("total").asLong() + " devices:  ", ""));
  }

  private List<String> rows(JsonNode devices, Instant now) {
    var table = new Table("DEVICE", "STATE", "DESIRED", "REPORTED", "LAST REPORT");
    JsonNode results = devices.path("results");
    // Counts, a blank line, the head, the line of what is left out, and the cursor's own.
    int room = Math.max(1, screen.rows() - 5);
    int shown = results.size() > room ? room : results.size();
    for (int i = 0; i < shown; i++) {
      JsonNode device = results.path(i);
      table.row(
          device.path("name").asText(device.path("device_id").asText()),
          device.path("state").asText(),
          version(device.path("desired_version")),
          version(device.path("reported_version")),
          Times.ago(device.path("reported_at"), now));
    }
    var lines = new ArrayList<>(table.lines());
    long left = devices.path("count").asLong(results.size()) - shown;
    if (left > 0) {
      lines.add("… and " + left + " more: muster compliance list");
    }
    return lines;
  }

  private static String version(JsonNode version) {
    return version.isNumber() ? version.asText() : "-";
  }

  private String cut(String line) {
    return line.codePointCount(0, line.length()) < screen.columns()
        ? line
        : line.substring(0, line.offsetByCodePoints(0, screen.columns() - 1));
  }

  private String coloured(String line) {
    if (!screen.colours()) {
      return line;
    }
    String text = line;
    for (ComplianceState state : ComplianceState.values()) {
      String colour =
          switch (state) {
            case COMPLIANT -> "32";
            case NON_COMPLIANT -> "31";
            case STALE -> "33";
            case UNKNOWN -> "90";
          };
      text = text.replaceAll("\\b" + state + "\\b", "\u001b[" + colour + "m" + state + "\u001b[0m");
    }
    return text;
  }
}
