package dev.muster.server.archive;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// A store on loopback that keeps objects as S3 does: PUT, GET, HEAD with the bucket in the path.
final class FakeS3 implements AutoCloseable {
  private final HttpServer http;
  private final Map<String, byte[]> objects = new ConcurrentHashMap<>();
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private volatile int refusing;

  FakeS3() throws IOException {
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.createContext("/", this::answer);
    http.start();
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + http.getAddress().getPort());
  }

  Map<String, byte[]> objects() {
    return objects;
  }

  /// Method, path and all headers of each request.
  List<String> heard() {
    return heard;
  }

  /// Answers everything with this status; 0 for as it should be.
  void refuse(int status) {
    refusing = status;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      heard.add(
          exchange.getRequestMethod() + " " + path + " " + exchange.getRequestHeaders().entrySet());
      byte[] body = exchange.getRequestBody().readAllBytes();
      if (refusing != 0) {
        send(exchange, refusing, "<Error><Code>AccessDenied</Code></Error>");
        return;
      }
      switch (exchange.getRequestMethod()) {
        case "PUT" -> {
          objects.put(path, body);
          exchange.getResponseHeaders().add("ETag", "\"e\"");
          exchange.sendResponseHeaders(200, -1);
        }
        case "GET", "HEAD" -> object(exchange, objects.get(path));
        default -> send(exchange, 405, "");
      }
    }
  }

  private static void object(HttpExchange exchange, byte @Nullable [] object) throws IOException {
    boolean head = exchange.getRequestMethod().equals("HEAD");
    if (object == null) {
      send(exchange, 404, head ? "" : "<Error><Code>NoSuchKey</Code></Error>");
    } else if (head) {
      exchange.getResponseHeaders().add("Content-Length", Integer.toString(object.length));
      exchange.sendResponseHeaders(200, -1);
    } else {
      exchange.sendResponseHeaders(200, object.length);
      exchange.getResponseBody().write(object);
    }
  }

  private static void send(HttpExchange exchange, int status, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    http.stop(0);
  }
}
