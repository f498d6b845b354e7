package dev.muster.server.doorbell;

import com.google.auth.Retryable;
import dev.muster.protocol.Json;
import dev.muster.server.platform.Settings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Firebase Cloud Messaging by its HTTP v1 API: one message, one answer.
final class FcmApi {
  static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final long MOST_BYTES = 64 * 1024L;

  private final HttpClient http =
      HttpClient.newBuilder()
          .connectTimeout(CONNECT)
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();
  private final InstantSource clock;
  private final GoogleAccess access;
  private final URI send;
  private final Duration patience;

  private FcmApi(InstantSource clock, GoogleAccess access, URI send, Duration patience) {
    this.clock = clock;
    this.access = access;
    this.send = send;
    this.patience = patience;
  }

  /// Empty when no project is set.
  ///
  /// @param patience how long to wait for an answer
  static Optional<FcmApi> of(InstantSource clock, Settings.Fcm settings, Duration patience) {
    String project = settings.project().orElse(null);
    Path credentials = settings.credentials().orElse(null);
    if (project == null || credentials == null) {
      return Optional.empty();
    }
    try {
      String base = settings.address().toString().replaceFirst("/+$", "");
      URI send = URI.create(base + "/v1/projects/" + project + "/messages:send");
      return Optional.of(new FcmApi(clock, GoogleAccess.of(credentials), send, patience));
    } catch (IOException failure) {
      throw new IllegalStateException(
          "muster.fcm.credentials: " + credentials + " " + failure.getMessage(), failure);
    }
  }

  /// Data only, for Android to deliver at once and to forget after five minutes.
  static Json.Obj message(String token, Map<String, String> data, @Nullable String collapseKey) {
    Map<String, Json> texts = new TreeMap<>();
    data.forEach((key, value) -> texts.put(key, Json.of(value)));
    Map<String, Json> android = new TreeMap<>();
    android.put("priority", Json.of("high"));
    android.put("ttl", Json.of("300s"));
    if (collapseKey != null) {
      android.put("collapse_key", Json.of(collapseKey));
    }
    return Json.obj(
        Map.of(
            "message",
            Json.obj(
                Map.of(
                    "token", Json.of(token),
                    "data", Json.obj(texts),
                    "android", Json.obj(android)))));
  }

  /// Never throws. An access token that ended before its time is replaced once.
  PushOutcome send(Json.Obj message) {
    long begin = System.nanoTime();
    String token;
    try {
      token = access.token();
    } catch (IOException failure) {
      return withoutAccess(failure, since(begin));
    }
    try {
      FcmAnswer answer = post(message, token);
      if (answer.isUnauthenticated()) {
        access.refused(token);
        answer = post(message, access.token());
      }
      return answer.outcome(since(begin), clock.instant());
    } catch (HttpTimeoutException _) {
      return again(since(begin), "no answer within " + patience.toSeconds() + " s");
    } catch (IOException failure) {
      return failure instanceof Retryable
          ? withoutAccess(failure, since(begin))
          : again(since(begin), "no answer: " + failure.getClass().getSimpleName());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return again(since(begin), "the server is stopping");
    }
  }

  private FcmAnswer post(Json.Obj message, String token) throws IOException, InterruptedException {
    HttpResponse<String> response =
        http.send(
            HttpRequest.newBuilder(send)
                .timeout(patience)
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json; charset=UTF-8")
                .POST(HttpRequest.BodyPublishers.ofString(message.canonical()))
                .build(),
            HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofString(), MOST_BYTES));
    return new FcmAnswer(
        response.statusCode(),
        response.headers().firstValue("Retry-After").orElse(null),
        response.body());
  }

  /// The library says whether another try can help. What it says else may repeat what it sent.
  private static PushOutcome withoutAccess(IOException failure, Duration latency) {
    return failure instanceof Retryable known && !known.isRetryable()
        ? new PushOutcome.Refused(
            latency, OptionalInt.empty(), "Google refuses an access token to the service account")
        : again(latency, "Google gave no access token");
  }

  private static PushOutcome again(Duration latency, String error) {
    return new PushOutcome.Retry(null, latency, OptionalInt.empty(), error);
  }

  private static Duration since(long begin) {
    return Duration.ofNanos(System.nanoTime() - begin);
  }
}
