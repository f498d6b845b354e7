package dev.muster.server.backup;

import dev.muster.protocol.Json;
import dev.muster.server.platform.JsonText;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/// What a backup says of itself at its beginning.
///
/// @param server version of the server that took it
/// @param schema version of the newest migration of the database
/// @param masterKey fingerprint of the key that its secrets are sealed with
/// @param sequences last values of the sequences, by name
public record Manifest(
    String server,
    String schema,
    Instant takenAt,
    UUID epoch,
    String masterKey,
    Map<String, Long> sequences) {

  Json.Obj toJson() {
    Map<String, Json> last = new TreeMap<>();
    sequences.forEach((name, value) -> last.put(name, Json.of(value)));
    return new Json.Obj(
        Map.of(
            "server", Json.of(server),
            "schema", Json.of(schema),
            "taken_at", Json.of(takenAt.toString()),
            "epoch", Json.of(epoch.toString()),
            "master_key", Json.of(masterKey),
            "sequences", new Json.Obj(last)));
  }

  /// Reads what [#toJson] wrote; empty when it is anything else. What a newer server adds is passed
  /// over.
  public static Optional<Manifest> read(String text) {
    try {
      Map<String, Json> fields = JsonText.parseObject(text).fields();
      return Optional.of(
          new Manifest(
              text(fields, "server"),
              text(fields, "schema"),
              Instant.parse(text(fields, "taken_at")),
              UUID.fromString(text(fields, "epoch")),
              text(fields, "master_key"),
              sequences(fields)));
    } catch (RuntimeException malformed) {
      return Optional.empty();
    }
  }

  private static String text(Map<String, Json> fields, String key) {
    if (fields.get(key) instanceof Json.Text text) {
      return text.value();
    }
    throw new IllegalArgumentException(key + " is missing");
  }

  private static Map<String, Long> sequences(Map<String, Json> fields) {
    Map<String, Long> values = new TreeMap<>();
    if (fields.get("sequences") instanceof Json.Obj sequences) {
      sequences
          .fields()
          .forEach((name, value) -> {
            if (value instanceof Json.Num number) {
              values.put(name, number.value().longValueExact());
            }
          });
    }
    return values;
  }
}
