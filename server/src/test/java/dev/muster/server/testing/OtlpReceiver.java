package dev.muster.server.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.Span;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.eclipse.microprofile.config.ConfigProvider;

/// A collector of OTLP over http/protobuf on loopback, to which the server under test sends. It
/// hands all it got to whoever asks by GET, because tests are loaded apart from their resources.
@SuppressWarnings("NullAway.Init") // started before it is used
public final class OtlpReceiver implements QuarkusTestResourceLifecycleManager {
  private static final String ENDPOINT = "muster.tracing.endpoint";
  private static final long PATIENCE_NANOS = 20_000_000_000L;

  private final List<ExportTraceServiceRequest> received = new CopyOnWriteArrayList<>();
  private HttpServer server;

  @Override
  public Map<String, String> start() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    server.createContext("/v1/traces", this::answer);
    server.start();
    return Map.of(ENDPOINT, "http://127.0.0.1:" + server.getAddress().getPort());
  }

  private void answer(HttpExchange exchange) throws IOException {
    byte[] body = new byte[0];
    if (exchange.getRequestMethod().equals("POST")) {
      received.add(ExportTraceServiceRequest.parseFrom(exchange.getRequestBody()));
    } else {
      ExportTraceServiceRequest.Builder all = ExportTraceServiceRequest.newBuilder();
      received.forEach(all::mergeFrom);
      body = all.build().toByteArray();
    }
    exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  @Override
  public void stop() {
    server.stop(0);
  }

  /// The spans of one trace, once they are `enough`.
  public static List<Span> spansOf(String traceId, Predicate<List<Span>> enough) {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (true) {
      List<Span> spans =
          all().stream().filter(span -> hex(span.getTraceId()).equals(traceId)).toList();
      if (enough.test(spans)) {
        return spans;
      }
      if (System.nanoTime() > end) {
        throw new AssertionError("not enough spans came: " + spans);
      }
      Thread.onSpinWait();
    }
  }

  /// All spans that came so far.
  public static List<Span> all() {
    String url = ConfigProvider.getConfig().getValue(ENDPOINT, String.class) + "/v1/traces";
    try (HttpClient client = HttpClient.newHttpClient()) {
      byte[] body =
          client
              .send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofByteArray())
              .body();
      return ExportTraceServiceRequest.parseFrom(body).getResourceSpansList().stream()
          .flatMap(resource -> resource.getScopeSpansList().stream())
          .flatMap(scope -> scope.getSpansList().stream())
          .toList();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stopped);
    }
  }

  public static String hex(com.google.protobuf.ByteString id) {
    return java.util.HexFormat.of().formatHex(id.toByteArray());
  }
}
