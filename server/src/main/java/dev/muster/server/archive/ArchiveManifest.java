package dev.muster.server.archive;

import dev.muster.protocol.Json;
import dev.muster.server.archive.Day.Stored;
import dev.muster.server.platform.JsonText;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;

/// What lies beside an archive and says what is in it.
///
/// @param columns of the CSV, in their order
record ArchiveManifest(LocalDate day, List<String> columns, Stored stored) {
  private static final int MOST_BYTES = 1 << 16;

  /// An archive that is not what it should be.
  static final class Damaged extends IOException {
    private static final long serialVersionUID = 1L;

    Damaged(String message) {
      super(message);
    }
  }

  static String file(LocalDate day) {
    return "heartbeat-" + day + ".csv.gz";
  }

  static String manifest(LocalDate day) {
    return "heartbeat-" + day + ".json";
  }

  String text() {
    return new Json.Obj(
            Map.of(
                "format", Json.of("csv.gz"),
                "table", Json.of("telemetry.heartbeat"),
                "day", Json.of(day.toString()),
                "file", Json.of(file(day)),
                "columns", new Json.Arr(columns.stream().map(Json::of).toList()),
                "rows", Json.of(stored.rows()),
                "bytes", Json.of(stored.bytes()),
                "sha256", Json.of(stored.sha256()),
                "archived_at", Json.of(stored.archivedAt().toString())))
        .canonical();
  }

  /// @throws Damaged when it is not that of the day's archive
  /// @throws java.nio.file.NoSuchFileException when there is none
  static ArchiveManifest read(Depot depot, LocalDate day) throws IOException {
    String text;
    try (InputStream in = depot.open(manifest(day))) {
      text = new String(in.readNBytes(MOST_BYTES), StandardCharsets.UTF_8);
    }
    try {
      Map<String, Json> fields = JsonText.parseObject(text).fields();
      if (!text(fields, "day").equals(day.toString())) {
        throw new IllegalArgumentException("it is of another day");
      }
      return new ArchiveManifest(
          day,
          columns(fields),
          new Stored(
              number(fields, "rows"),
              number(fields, "bytes"),
              text(fields, "sha256"),
              Instant.parse(text(fields, "archived_at")),
              null));
    } catch (RuntimeException malformed) {
      throw new Damaged(manifest(day) + " is not a manifest of that day");
    }
  }

  private static String text(Map<String, Json> fields, String key) {
    if (fields.get(key) instanceof Json.Text text) {
      return text.value();
    }
    throw new IllegalArgumentException(key + " is missing");
  }

  private static List<String> columns(Map<String, Json> fields) {
    if (fields.get("columns") instanceof Json.Arr columns) {
      return columns.items().stream().map(column -> ((Json.Text) column).value()).toList();
    }
    throw new IllegalArgumentException("columns is missing");
  }

  private static long number(Map<String, Json> fields, String key) {
    if (fields.get(key) instanceof Json.Num number) {
      BigDecimal value = number.value();
      return value.longValueExact();
    }
    throw new IllegalArgumentException(key + " is missing");
  }
}
