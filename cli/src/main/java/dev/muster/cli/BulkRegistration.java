package dev.muster.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.muster.cli.DeviceSheet.Entry;
import dev.muster.cli.client.Api;
import dev.muster.cli.client.Failure;
import dev.muster.cli.client.Route;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Registers many devices in requests of up to a thousand, and keeps what became of each. A request
/// whose answer is lost is sent once more under the same idempotency key: it registers nothing
/// twice, and its answer is the first one's. When that fails too, what became of its devices is not
/// known, and nothing further is sent.
final class BulkRegistration {

  private static final int MOST_ROWS = 1_000;

  // The server takes bodies of 1 MiB.
  private static final int MOST_BYTES = 900_000;

  /// What became of one row. `status` is the HTTP status that it would have had alone; 0 when it
  /// was not sent or not answered.
  record Result(String deviceId, boolean success, String message, int status) {}

  /// What became of all.
  ///
  /// @param broken why it ended before the last row
  record Results(Map<Integer, Result> byLine, Optional<Failure> broken) {
    Result ofLine(Entry entry) {
      return byLine.getOrDefault(
          entry.line(), new Result(entry.id(), false, "was not registered", 0));
    }

    boolean knows(Entry entry) {
      return byLine.containsKey(entry.line());
    }
  }

  private final Muster muster;
  private final boolean dryRun;
  private final Map<Integer, Result> results = new HashMap<>();

  BulkRegistration(Muster muster, boolean dryRun) {
    this.muster = muster;
    this.dryRun = dryRun;
  }

  /// Registers those with which nothing is wrong.
  Results of(List<Entry> entries) {
    var right = new ArrayList<Entry>();
    for (Entry entry : entries) {
      if (!entry.mistakes().isEmpty()) {
        String mistakes = String.join("; ", entry.mistakes());
        results.put(entry.line(), new Result(entry.id(), false, mistakes, 0));
      } else if (dryRun) {
        results.put(entry.line(), new Result(entry.id(), true, "", 0));
      } else {
        right.add(entry);
      }
    }
    Failure broken = send(right);
    return new Results(results, Optional.ofNullable(broken));
  }

  private @Nullable Failure send(List<Entry> entries) {
    if (entries.isEmpty()) {
      return null;
    }
    Api api = muster.api();
    int done = 0;
    try {
      while (done < entries.size()) {
        List<Entry> chunk = chunk(entries.subList(done, entries.size()));
        register(api, chunk);
        done += chunk.size();
        progress(done, entries.size());
      }
      return null;
    } catch (Failure.Refused | Failure.Unreachable e) {
      progress(done, entries.size());
      return e;
    } finally {
      progressIsOver();
    }
  }

  /// As many as one request may hold.
  private static List<Entry> chunk(List<Entry> entries) {
    int bytes = 0;
    int rows = 0;
    for (Entry entry : entries) {
      bytes += entry.body().toString().getBytes(StandardCharsets.UTF_8).length + 1;
      if (rows == MOST_ROWS || (rows > 0 && bytes > MOST_BYTES)) {
        break;
      }
      rows++;
    }
    return entries.subList(0, rows);
  }

  private void register(Api api, List<Entry> chunk) {
    ObjectNode body = Muster.object();
    ArrayNode devices = body.putArray("devices");
    chunk.forEach(entry -> devices.add(entry.body()));
    JsonNode answer;
    try {
      answer = posted(api, body);
    } catch (Failure.Unreachable e) {
      for (Entry entry : chunk) {
        String message = "was sent, and the answer is lost: import it again to be sure";
        results.put(entry.line(), new Result(entry.id(), false, message, 0));
      }
      throw e;
    }
    JsonNode rows = answer.path("results");
    if (rows.size() != chunk.size()) {
      throw new Failure.Unreachable(
          "The server answered for %d of %d devices.".formatted(rows.size(), chunk.size()), null);
    }
    for (int i = 0; i < chunk.size(); i++) {
      JsonNode row = rows.path(i);
      Entry entry = chunk.get(i);
      results.put(
          entry.line(),
          new Result(
              row.path("device_id").asText(entry.id()),
              row.path("success").asBoolean(),
              row.path("message").asText(""),
              row.path("status").asInt()));
    }
  }

  private static JsonNode posted(Api api, JsonNode body) {
    String key = UUID.randomUUID().toString();
    Route route = Route.of("/api/devices/bulk/");
    try {
      return api.postOnce(route, body, key);
    } catch (Failure.Unreachable _) {
      return api.postOnce(route, body, key);
    }
  }

  /// Only for who watches: a log would be filled by it.
  private void progress(int done, int all) {
    if (muster.shell().redraws()) {
      muster.shell().err().print("\r" + done + " of " + all);
      muster.shell().err().flush();
    }
  }

  private void progressIsOver() {
    if (muster.shell().redraws()) {
      muster.shell().err().println();
    }
  }
}
