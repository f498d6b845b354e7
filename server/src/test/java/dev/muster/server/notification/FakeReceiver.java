package dev.muster.server.notification;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.muster.protocol.Json;
import dev.muster.server.platform.JsonText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;

/// The services behind channels, on loopback: it keeps what comes, and answers as it is told to.
final class FakeReceiver implements AutoCloseable {
  /// A message as it came.
  record Received(String path, Map<String, List<String>> headers, String body) {
    String header(String name) {
      return headers.entrySet().stream()
          .filter(header -> header.getKey().equalsIgnoreCase(name))
          .map(header -> header.getValue().getFirst())
          .findFirst()
          .orElse("");
    }

    Json.Obj json() {
      return JsonText.parseObject(body);
    }

    String text(String field) {
      return json().fields().get(field) instanceof Json.Text text ? text.value() : "";
    }
  }

  /// An answer.
  record Answer(int status, Map<String, String> headers) {
    static Answer of(int status) {
      return new Answer(status, Map.of());
    }
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Queue<Received> received = new ConcurrentLinkedQueue<>();
  private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
  private final AtomicReference<Answer> always = new AtomicReference<>(Answer.of(204));
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile CountDownLatch answering = new CountDownLatch(0);
  private volatile Runnable listener = () -> {};

  FakeReceiver() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    server.setExecutor(threads);
    server.createContext("/", this::receive);
    server.start();
  }

  String url(String path) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + path;
  }

  /// The next messages are answered so, one each.
  void answer(Answer... next) {
    answers.addAll(List.of(next));
  }

  /// Those after them are answered so.
  void answerAlways(Answer answer) {
    always.set(answer);
  }

  void fallSilent() {
    answering = closed;
  }

  void answerAfter(CountDownLatch others) {
    answering = others;
  }

  /// Calls `heard` after each message that comes.
  void onEach(Runnable heard) {
    listener = heard;
  }

  List<Received> received() {
    return List.copyOf(received);
  }

  List<Received> received(String path) {
    return received.stream().filter(one -> one.path().equals(path)).toList();
  }

  private void receive(HttpExchange exchange) throws IOException {
    received.add(
        new Received(
            exchange.getRequestURI().getPath(),
            Map.copyOf(exchange.getRequestHeaders()),
            new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
    listener.run();
    try {
      answering.await();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
    Answer next = answers.poll();
    Answer answer = next == null ? Objects.requireNonNull(always.get()) : next;
    answer.headers().forEach(exchange.getResponseHeaders()::set);
    exchange.sendResponseHeaders(answer.status(), -1);
    exchange.getResponseBody().close(); // and not the connection, which its client keeps
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
