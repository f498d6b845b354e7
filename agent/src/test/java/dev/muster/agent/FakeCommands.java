package dev.muster.agent;

import com.sun.net.httpserver.HttpExchange;
import dev.muster.protocol.CommandSignature;
import dev.muster.protocol.CommandSignature.Signed;
import dev.muster.protocol.Json;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// The command side of a [FakeServer]: what it has told devices to do, and what they answered. Like
/// the real one it sends a command, signed anew, until it hears of it.
final class FakeCommands {
  /// A command as it is waiting to be heard of.
  private record Sent(String device, String action, Map<String, String> parameters, Instant time) {}

  private final Map<String, Sent> unheard = new LinkedHashMap<>();
  private final List<Json.Obj> results = new ArrayList<>();
  private final List<Json.Obj> progress = new ArrayList<>();
  private final List<String> contradictions = new ArrayList<>();
  private final Map<String, Integer> resultPosts = new HashMap<>();
  private int resultStatus = 200;
  private boolean answersNoResult;

  static String secretOf(String device) {
    return "command-secret-of-" + device;
  }

  void dispatch(String device, String request, String action, Map<String, String> parameters) {
    dispatch(device, request, action, parameters, Instant.now());
  }

  synchronized void dispatch(
      String device, String request, String action, Map<String, String> parameters, Instant time) {
    unheard.put(request, new Sent(device, action, parameters, time));
    notifyAll();
  }

  /// From now on results are answered like this.
  synchronized void answerResultsWith(int status) {
    resultStatus = status;
  }

  /// From now on results are taken and not answered, as if the network broke.
  synchronized void answerNoResult(boolean silent) {
    answersNoResult = silent;
  }

  /// Waits until the results that were recorded, each once, are like this.
  synchronized void await(Predicate<List<Json.Obj>> condition) throws InterruptedException {
    while (!condition.test(results)) {
      wait();
    }
  }

  /// Waits for the result of a request.
  synchronized Json.Obj awaitResult(String request) throws InterruptedException {
    await(all -> all.stream().anyMatch(result -> is(result, request)));
    return results.stream().filter(result -> is(result, request)).findFirst().orElseThrow();
  }

  /// Waits until a device has tried to post a result this often.
  synchronized void awaitPosts(String request, int count) throws InterruptedException {
    while (resultPosts.getOrDefault(request, 0) < count) {
      wait();
    }
  }

  synchronized int posts(String request) {
    return resultPosts.getOrDefault(request, 0);
  }

  synchronized void awaitProgress(String request) throws InterruptedException {
    while (progress.stream().noneMatch(said -> is(said, request))) {
      wait();
    }
  }

  /// The requests of which a later result said something else than the first.
  synchronized List<String> contradictions() {
    return List.copyOf(contradictions);
  }

  synchronized int resultsOf(String request) {
    return (int) results.stream().filter(result -> is(result, request)).count();
  }

  private static boolean is(Json.Obj body, String request) {
    return Json.of(request).equals(body.fields().get("request_id"));
  }

  /// What waits for a device, once there is something or the time is over.
  synchronized Json.Obj waiting(String device, Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (unheard.values().stream().noneMatch(sent -> sent.device().equals(device))) {
      long left = Duration.ofNanos(end - System.nanoTime()).toMillis();
      if (left <= 0) {
        break;
      }
      wait(left);
    }
    List<Json> commands = new ArrayList<>();
    unheard.forEach((request, sent) -> {
      if (sent.device().equals(device)) {
        commands.add(wire(request, sent));
      }
    });
    return Json.obj(Map.of("commands", new Json.Arr(commands)));
  }

  private static Json wire(String request, Sent sent) {
    String secret = secretOf(sent.device());
    String time = CommandSignature.time(sent.time());
    Signed signed = new Signed(request, sent.device(), sent.action(), time, sent.parameters());
    return Json.obj(
        Map.of(
            "type", Json.of("command"),
            "request_id", Json.of(request),
            "device_id", Json.of(sent.device()),
            "action", Json.of(sent.action()),
            "ts", Json.of(time),
            "hmac", Json.of(CommandSignature.hmac(secret, signed)),
            "hmac2", Json.of(CommandSignature.hmac2(secret, signed)),
            "params", CommandSignature.parameters(sent.parameters())));
  }

  void answer(HttpExchange exchange, Json.Obj body, String device)
      throws IOException, InterruptedException {
    String path = exchange.getRequestURI().getPath();
    if (path.endsWith("/commands")) {
      String query = exchange.getRequestURI().getQuery();
      long seconds = Long.parseLong(query.substring("wait=".length()));
      FakeServer.send(exchange, 200, waiting(device, Duration.ofSeconds(seconds)));
    } else if (path.endsWith("/action-progress")) {
      note(body);
      FakeServer.send(
          exchange, 200, Json.obj(Map.of("ok", Json.of(true), "cancelled", Json.of(false))));
    } else {
      int status = record(body);
      if (status != 0) {
        FakeServer.send(exchange, status, Json.obj(Map.of("ok", Json.of(true))));
      }
    }
  }

  private synchronized void note(Json.Obj body) {
    progress.add(body);
    unheard.keySet().removeIf(request -> is(body, request));
    notifyAll();
  }

  /// @return the status of the answer, 0 for none
  private synchronized int record(Json.Obj body) {
    String request = ((Json.Text) body.fields().getOrDefault("request_id", Json.of(""))).value();
    resultPosts.merge(request, 1, Integer::sum);
    notifyAll();
    if (resultStatus != 200) {
      return resultStatus;
    }
    unheard.remove(request);
    if (resultsOf(request) == 0) {
      results.add(body);
    } else if (!results.contains(body)) {
      contradictions.add(request);
    }
    return answersNoResult ? 0 : 200;
  }
}
