package dev.muster.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/// A real HTTP server on loopback that answers with what a test prepared and remembers what it was
/// asked. A request that was not prepared is answered with 404 as problem+json.
public final class FakeServer implements AutoCloseable {

  /// A request as it came: method, path with query, body, and the Authorization header or "".
  public record Asked(String method, String path, String body, String authorization) {
    public String line() {
      return method + " " + path;
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Answer(int status, byte[] body, Map<String, String> headers) {}

  private final HttpServer http;
  private final Map<String, Queue<Answer>> answers = new HashMap<>();
  private final List<Asked> asked = new CopyOnWriteArrayList<>();

  public FakeServer() throws IOException {
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.createContext("/", this::answer);
    http.start();
  }

  public URI address() {
    return URI.create("http://localhost:" + http.getAddress().getPort());
  }

  /// The next answer to a request; the last one prepared is given again and again.
  public FakeServer on(String line, int status, String body, String... header) {
    var headers = header.length == 0 ? Map.<String, String>of() : Map.of(header[0], header[1]);
    return on(line, new Answer(status, body.getBytes(StandardCharsets.UTF_8), headers));
  }

  /// The same with an answer that is no text.
  public FakeServer on(String line, int status, byte[] body) {
    return on(line, new Answer(status, body, Map.of()));
  }

  private FakeServer on(String line, Answer answer) {
    synchronized (answers) {
      answers.computeIfAbsent(line, _ -> new ConcurrentLinkedQueue<>()).add(answer);
    }
    return this;
  }

  public List<Asked> asked() {
    return asked;
  }

  public Asked last() {
    return asked.getLast();
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().toString();
    String line = exchange.getRequestMethod() + " " + path;
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    String authorization = exchange.getRequestHeaders().getFirst("Authorization");
    asked.add(
        new Asked(
            exchange.getRequestMethod(), path, body, authorization == null ? "" : authorization));
    Answer answer;
    synchronized (answers) {
      Queue<Answer> prepared = answers.getOrDefault(line, new ConcurrentLinkedQueue<>());
      Answer next = prepared.size() > 1 ? prepared.poll() : prepared.peek();
      answer = next == null ? unprepared(line) : next;
    }
    answer.headers().forEach(exchange.getResponseHeaders()::add);
    byte[] bytes = answer.body();
    exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private static Answer unprepared(String line) {
    String detail = "{\"detail\": \"Nothing is at " + line + ".\"}";
    return new Answer(404, detail.getBytes(StandardCharsets.UTF_8), Map.of());
  }

  @Override
  public void close() {
    http.stop(0);
  }
}
