package dev.muster.agent.core;

import dev.muster.protocol.Json;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// A server that answers as it was told, and otherwise with 200 and nothing.
final class ScriptedTransport implements Transport {
  final List<Request> requests = new ArrayList<>();
  private final Deque<Object> answers = new ArrayDeque<>();

  void next(int status, String body) {
    answers.add(new Reply(status, Map.of(), body));
  }

  void next(Reply reply) {
    answers.add(reply);
  }

  void next(IOException failure) {
    answers.add(failure);
  }

  @Override
  public Reply exchange(Request request) throws IOException {
    requests.add(request);
    Object answer = answers.poll();
    if (answer instanceof IOException failure) {
      throw failure;
    }
    return answer instanceof Reply reply ? reply : new Reply(200, Map.of(), "{}");
  }

  List<String> calls() {
    return requests.stream().map(Request::toString).toList();
  }

  Json.Obj body(int number) throws IOException {
    return JsonText.readObject(Objects.requireNonNull(requests.get(number).body()));
  }
}
