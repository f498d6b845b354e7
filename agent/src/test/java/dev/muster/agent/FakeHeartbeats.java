package dev.muster.agent;

import com.sun.net.httpserver.HttpExchange;
import dev.muster.protocol.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/// The heartbeats of a server in memory, which can be told to have no room for any.
final class FakeHeartbeats {
  private final Map<String, List<Json.Obj>> byDevice = new HashMap<>();
  private final Set<String> batched = new HashSet<>();
  private boolean failing;
  private final Set<String> refused = new HashSet<>();

  synchronized void fail(boolean from) {
    failing = from;
  }

  synchronized List<Json.Obj> ofDevice(String id) {
    return List.copyOf(byDevice.getOrDefault(id, List.of()));
  }

  /// Waits until the heartbeats of this many devices are like this.
  synchronized void await(int devices, Predicate<List<Json.Obj>> condition)
      throws InterruptedException {
    while (byDevice.values().stream().filter(condition).count() < devices) {
      wait();
    }
  }

  /// Waits until batches of this many devices were refused: whatever they send next is a batch.
  synchronized void awaitRefusedBatches(int devices) throws InterruptedException {
    while (refused.size() < devices) {
      wait();
    }
  }

  /// Waits until this many devices have sent a gzipped batch.
  synchronized void awaitBatches(int devices) throws InterruptedException {
    while (batched.size() < devices) {
      wait();
    }
  }

  synchronized void answer(HttpExchange exchange, Json.Obj body, boolean gzipped)
      throws IOException {
    notifyAll();
    if (failing) {
      if (body.fields().get("heartbeats") instanceof Json.Arr list) {
        refused.add(device((Json.Obj) list.items().getFirst()));
      }
      FakeServer.send(exchange, 503, Json.obj(Map.of("detail", Json.of("No room."))));
      return;
    }
    if (body.fields().get("heartbeats") instanceof Json.Arr list) {
      for (Json item : list.items()) {
        String device = take((Json.Obj) item);
        if (gzipped) {
          batched.add(device);
        }
      }
    } else {
      String _ = take(body);
    }
    FakeServer.send(
        exchange,
        200,
        Json.obj(Map.of("ok", Json.of(true), "next_heartbeat_seconds", Json.of(300))));
  }

  private static String device(Json.Obj heartbeat) {
    return heartbeat.fields().get("device_id") instanceof Json.Text id ? id.value() : "";
  }

  private String take(Json.Obj heartbeat) {
    String device = device(heartbeat);
    byDevice.computeIfAbsent(device, _ -> new ArrayList<>()).add(heartbeat);
    return device;
  }
}
