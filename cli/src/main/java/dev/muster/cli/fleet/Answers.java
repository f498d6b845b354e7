package dev.muster.cli.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.Message;
import dev.muster.cli.Table;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.List;

/// Where answers go and in which shape. Text of the server is made printable here, line by line.
///
/// @param redraws whether a line may be drawn over itself
public record Answers(
    PrintWriter out, PrintWriter err, boolean json, boolean redraws, InstantSource clock) {

  /// Answers with what the server sent: itself for scripts that asked for JSON, else as lines.
  void show(Message answer, List<String> lines) {
    if (json) {
      show(FleetJson.of(answer));
    } else {
      lines.forEach(this::line);
    }
  }

  void show(JsonNode answer) {
    out.println(answer.toPrettyString());
    out.flush();
  }

  void line(String text) {
    out.println(Table.printable(text));
    out.flush();
  }

  /// A line that is not the answer itself: away from JSON, which is read as a whole.
  void remark(String text) {
    if (json) {
      err.println(Table.printable(text));
      err.flush();
    } else {
      line(text);
    }
  }
}
