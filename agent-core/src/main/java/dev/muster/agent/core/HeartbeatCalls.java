package dev.muster.agent.core;

import dev.muster.protocol.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The calls that send heartbeats, as requests and answers of the wire.
final class HeartbeatCalls {
  private final Calls calls;

  HeartbeatCalls(Calls calls) {
    this.calls = calls;
  }

  /// What the server answered.
  ///
  /// @param nextSeconds when it wants the next one, null when it does not say
  /// @param refused why it will not have some of them, by their place
  record Taken(@Nullable Long nextSeconds, Map<Long, String> refused) {}

  /// `POST /v1/heartbeat`: one that was taken just now.
  Taken one(@Nullable String deviceToken, Heartbeat heartbeat)
      throws IOException, InterruptedException {
    return taken(calls.post("/v1/heartbeat", deviceToken, heartbeat.body()).body());
  }

  /// `POST /v1/heartbeats`: those that were taken earlier, the oldest first.
  Taken all(@Nullable String deviceToken, List<Heartbeat> heartbeats)
      throws IOException, InterruptedException {
    List<Json> bodies = new ArrayList<>(heartbeats.size());
    heartbeats.forEach(heartbeat -> bodies.add(heartbeat.body()));
    Json.Obj body = new Json.Obj(Collections.singletonMap("heartbeats", new Json.Arr(bodies)));
    return taken(calls.postGzipped("/v1/heartbeats", deviceToken, body).body());
  }

  private static Taken taken(String reply) throws IOException {
    Json.Obj answer = JsonText.readObject(reply);
    Map<Long, String> refused = new TreeMap<>();
    if (answer.fields().get("refused") instanceof Json.Arr list) {
      for (Json item : list.items()) {
        if (item instanceof Json.Obj one && one.fields().get("index") instanceof Json.Num index) {
          String field = text(one, "field");
          String reason = (field.isEmpty() ? "" : field + ": ") + text(one, "message");
          refused.merge(index.value().longValue(), reason, (first, next) -> first + ", " + next);
        }
      }
    }
    Long seconds =
        answer.fields().get("next_heartbeat_seconds") instanceof Json.Num number
            ? Long.valueOf(number.value().longValue())
            : null;
    return new Taken(seconds, refused);
  }

  private static String text(Json.Obj from, String key) {
    return from.fields().get(key) instanceof Json.Text text ? text.value() : "";
  }
}
