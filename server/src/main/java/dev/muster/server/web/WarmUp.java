package dev.muster.server.web;

import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Settings;
import io.quarkus.logging.Log;
import io.quarkus.vertx.http.HttpServer;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/// Calls of the server to itself, before it says that it is ready. A fleet that waits for a server
/// calls in its first moment, over hundreds of connections, and code that has never run took half a
/// second then to answer anything, be it that a device come again.
///
/// They carry a secret of this process and ask for nothing. They are answered before the gate and
/// the spans of tracing, and leave no line in the access log.
@Singleton
public final class WarmUp {
  private static final int BEFORE_SPANS = Gate.BEFORE_ALL + 700;
  private static final String HEADER = "X-Muster-Warm-Up";
  private static final int CONNECTIONS = 64;
  static final int CALLS = 2_000;
  private static final int MOST_SECONDS = 2;

  private final Settings settings;
  private final HttpServer server;
  private final Problems problems;
  private final Vertx vertx;
  private final String secret = random();

  WarmUp(Settings settings, HttpServer server, Problems problems, Vertx vertx) {
    this.settings = settings;
    this.server = server;
    this.problems = problems;
    this.vertx = vertx;
  }

  private static String random() {
    byte[] bytes = new byte[16];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  void register(@Observes Filters filters) {
    filters.register(this::enter, BEFORE_SPANS);
  }

  private void enter(RoutingContext context) {
    if (!secret.equals(context.request().getHeader(HEADER))) {
      context.next();
      return;
    }
    Gate.spare(context);
    problems.write(context, Refusal.notFound("such call"));
  }

  /// Waits for their end, for two seconds at the most. That they fail is no failure of the server.
  ///
  /// @return how many were answered
  public int run() {
    AtomicInteger answered = new AtomicInteger();
    boolean encrypted = settings.tls().certificate().isPresent();
    HttpClient client =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setMaxPoolSize(CONNECTIONS)
                .setSsl(encrypted)
                .setTrustAll(encrypted) // it is this process, and is told nothing
                .setVerifyHost(false));
    try {
      List<Future<?>> calls = new ArrayList<>();
      for (int i = 0; i < CALLS; i++) {
        calls.add(call(client, encrypted).onSuccess(_ -> answered.incrementAndGet()));
      }
      Future.join(calls)
          .toCompletionStage()
          .toCompletableFuture()
          .get(MOST_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException failure) {
      Log.debugf("The server has not warmed up: %s", failure.toString());
    } finally {
      client.close();
    }
    return answered.get();
  }

  private Future<?> call(HttpClient client, boolean encrypted) {
    int port = encrypted ? server.getSecurePort() : server.getPort();
    return client
        .request(HttpMethod.GET, port, address(), "/devices")
        .map(request -> request.putHeader(HEADER, secret))
        .compose(HttpClientRequest::send)
        .compose(HttpClientResponse::body);
  }

  private String address() {
    return switch (settings.host()) {
      case "0.0.0.0", "" -> "127.0.0.1";
      case "::" -> "::1";
      default -> settings.host();
    };
  }
}
