package dev.muster.agent.core;

import dev.muster.protocol.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/// A server in memory with both sides, the policy's and the commands', for an agent with all its
/// threads.
final class FakeCommandServer implements Transport {
  final FakeServer policies = new FakeServer();
  final BlockingQueue<Json.Obj> results = new LinkedBlockingQueue<>();
  final BlockingQueue<Json.Obj> progress = new LinkedBlockingQueue<>();

  final BlockingQueue<Json.Obj> heartbeats = new LinkedBlockingQueue<>();

  /// One permit a report.
  final Semaphore reports = new Semaphore(0);

  final List<String> commandKeys = new ArrayList<>();

  /// Handed out with the policy.
  @Nullable String secret = Signing.SECRET;

  private final List<Json> waiting = new ArrayList<>();

  synchronized void dispatch(Json.Obj command) {
    waiting.add(command);
    notifyAll();
  }

  @Override
  public Reply exchange(Request request) throws IOException, InterruptedException {
    if (request.path().startsWith("/v1/agent/commands")) {
      return commands(request);
    }
    if (request.path().startsWith("/v1/")) {
      Json.Obj body = JsonText.readObject(String.valueOf(request.body()));
      if (request.path().equals("/v1/heartbeat")) {
        heartbeats.add(body);
      } else {
        (request.path().endsWith("result") ? results : progress).add(body);
      }
      return new Reply(200, Map.of(), "{\"ok\": true}");
    }
    synchronized (policies) {
      Reply reply = policies.exchange(request);
      if (request.path().endsWith("/report")) {
        reports.release();
      }
      if (request.path().endsWith("/policy") && reply.status() == 200) {
        return withSecret(request, reply);
      }
      return reply;
    }
  }

  /// As the real one: it hands out the secret to a device that shows another one, or none.
  private Reply withSecret(Request request, Reply reply) throws IOException {
    String shown = request.headers().get("X-Command-Key");
    commandKeys.add(String.valueOf(shown));
    String present = secret;
    if (present == null || Calls.commandKey(present).containsValue(shown)) {
      return reply;
    }
    Json.Obj policy = JsonText.readObject(reply.body());
    return new Reply(
        200, Map.of(), Signing.with(policy, "commandSecret", Json.of(present)).canonical());
  }

  private synchronized Reply commands(Request request) throws InterruptedException {
    while (waiting.isEmpty() && !request.held().isZero()) {
      wait();
    }
    Json.Obj reply = Json.obj(Map.of("commands", new Json.Arr(waiting)));
    waiting.clear();
    return new Reply(200, Map.of(), reply.canonical());
  }
}
