package dev.muster.sync;

import dev.muster.agent.core.JsonText;
import dev.muster.agent.core.RetryAfter;
import dev.muster.agent.core.Transport;
import dev.muster.protocol.Json;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Push and pull on the wire.
final class Calls {
  private static final String CLIENT = "muster-sync-client/0.1";

  private static final int CONFLICTS = 500;

  private final Transport transport;
  private final String device;

  Calls(Transport transport, String device) {
    this.transport = transport;
    this.device = device;
  }

  Answers.Pushed push(List<Change> changes, Instant now) throws IOException, InterruptedException {
    Map<String, Json> kinds = new HashMap<>();
    for (Kind kind : Kind.values()) {
      List<Json> items = new ArrayList<>();
      for (Change change : changes) {
        if (change.kind() == kind) {
          items.add(change.toJson());
        }
      }
      if (!items.isEmpty()) {
        kinds.put(kind.listName(), new Json.Arr(items));
      }
    }
    Json.Obj body =
        Json.obj(
            Map.of(
                "deviceId", Json.of(device),
                "vectorClock", Json.obj(Map.of()),
                "timestamp", Json.of(now.toEpochMilli()),
                "changes", Json.obj(kinds)));
    return Answers.pushed(exchange("POST", "/api/sync/push/", body.canonical()));
  }

  Answers.Page pull(long since, int limit) throws IOException, InterruptedException {
    return Answers.page(
        exchange("GET", "/api/sync/pull/?since=" + since + "&limit=" + limit, null));
  }

  /// The ids of conflicts that this device has made and nobody has resolved, by [Answers#key].
  Map<String, String> openConflicts() throws IOException, InterruptedException {
    Map<String, String> open = new HashMap<>();
    int offset = 0;
    while (true) {
      Json.Obj page =
          exchange(
              "GET",
              "/api/sync/conflicts/?resolved=false&device="
                  + device
                  + "&limit="
                  + CONFLICTS
                  + "&offset="
                  + offset,
              null);
      List<Json.Obj> rows = Answers.objects(page, "results");
      for (Json.Obj row : rows) {
        open.putIfAbsent( // the newest comes first
            Row.text(row, "entity_type") + " " + Row.text(row, "entity_id"), Row.text(row, "id"));
      }
      if (rows.size() < CONFLICTS) {
        return open;
      }
      offset += CONFLICTS;
    }
  }

  void resolve(String conflict, String resolution) throws IOException, InterruptedException {
    exchange(
        "POST",
        "/api/sync/conflicts/" + conflict + "/resolve/",
        Json.obj(Map.of("resolution", Json.of(resolution))).canonical());
  }

  private Json.Obj exchange(String method, String path, @Nullable String body)
      throws IOException, InterruptedException {
    Map<String, String> headers = new HashMap<>();
    headers.put("X-Device-ID", device);
    headers.put("X-Client-Version", CLIENT);
    headers.put("Accept", "application/json");
    if (body != null) {
      headers.put("Content-Type", "application/json");
    }
    return answer(transport.exchange(new Transport.Request(method, path, headers, body)));
  }

  /// @throws SyncFailed when the answer is a refusal
  static Json.Obj answer(Transport.Reply reply) throws IOException {
    if (reply.status() / 100 == 2) {
      return JsonText.readPage(reply.body());
    }
    Json.Obj problem;
    try {
      problem = JsonText.readObject(reply.body());
    } catch (IOException notJson) {
      problem = Json.obj(Map.of());
    }
    String detail = Row.text(problem, "detail");
    throw new SyncFailed(
        reply.status(),
        Row.text(problem, "code"),
        (detail.isEmpty() ? "The server answered " + reply.status() + "." : detail)
            + fields(problem),
        RetryAfter.parse(reply.headers().get("Retry-After"), Instant.now()));
  }

  private static String fields(Json.Obj problem) {
    List<Json.Obj> errors = Answers.objects(problem, "errors");
    return errors.isEmpty()
        ? ""
        : errors.stream()
            .map(error -> Row.text(error, "field") + ": " + Row.text(error, "message"))
            .collect(Collectors.joining("; ", " (", ")"));
  }
}
