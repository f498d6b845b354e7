package dev.muster.cli.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// One server's REST API as JSON trees: what the server sent is what `--output json` prints. An
/// expired access token is renewed once per call; every other refusal is a [Failure].
///
/// It does not follow redirects: a credential never leaves the server that it belongs to.
public final class Api {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LARGEST_PAGE = 500;
  private static final Duration CONNECTING = Duration.ofSeconds(5);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration LONG_PATIENCE = Duration.ofHours(1);

  private final URI server;
  private final Session session;
  private final HttpClient http;

  public Api(URI server, Session session) {
    this(server, session, builder().build());
  }

  /// @param trusted decides whose certificates are trusted, in place of what Java trusts
  public Api(URI server, Session session, SSLContext trusted) {
    this(server, session, builder().sslContext(trusted).build());
  }

  private static HttpClient.Builder builder() {
    return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECTING);
  }

  private Api(URI server, Session session, HttpClient http) {
    this.server = server;
    this.session = session;
    this.http = http;
  }

  public URI server() {
    return server;
  }

  public JsonNode get(Route route) {
    return call("GET", route, null);
  }

  /// The same for an answer that needs no work: a server that takes longer is taken for none.
  public JsonNode getPromptly(Route route) {
    return read(answered("GET", route, null, CONNECTING, BodyHandlers.ofByteArray()));
  }

  /// The same for an answer that may be long in coming.
  public JsonNode getPatiently(Route route) {
    return read(answered("GET", route, null, LONG_PATIENCE, BodyHandlers.ofByteArray()));
  }

  public JsonNode post(Route route, @Nullable JsonNode body) {
    return call("POST", route, body);
  }

  /// The same under an idempotency key: repeated under that key, it is done once, and the answer is
  /// the first one.
  public JsonNode postOnce(Route route, JsonNode body, String key) {
    HttpRequest.Builder request =
        request("POST", route, body, PATIENCE).header("Idempotency-Key", key);
    return read(answered(request, BodyHandlers.ofByteArray()));
  }

  public JsonNode put(Route route, JsonNode body) {
    return call("PUT", route, body);
  }

  public JsonNode patch(Route route, JsonNode body) {
    return call("PATCH", route, body);
  }

  public JsonNode delete(Route route) {
    return delete(route, null);
  }

  public JsonNode delete(Route route, @Nullable JsonNode body) {
    return call("DELETE", route, body);
  }

  /// The first `limit` rows of a list, in the shape of one page: `count`, `next`, `results`.
  /// Follows `next` within this server as often as needed.
  public JsonNode list(Route route, int limit) {
    if (limit < 1) {
      throw new Failure.Usage("--limit must be at least 1.");
    }
    JsonNode first = get(route.with("limit", Math.min(limit, LARGEST_PAGE)));
    if (!(first instanceof ObjectNode page) || !(page.get("results") instanceof ArrayNode rows)) {
      return first;
    }
    String next = page.path("next").asText("");
    while (rows.size() < limit && page.path("next").isTextual() && !next.isEmpty()) {
      JsonNode more = get(onThisServer(next));
      more.path("results").forEach(rows::add);
      next = more.path("next").asText("");
      page.set("next", more.path("next"));
    }
    while (rows.size() > limit) {
      rows.remove(rows.size() - 1);
    }
    return page;
  }

  /// Copies what is at the route to `out` as it comes, however long that takes.
  ///
  /// @param progress hears how many bytes there are so far
  public void download(Route route, OutputStream out, LongConsumer progress) throws IOException {
    HttpResponse<InputStream> answer =
        answered("GET", route, null, LONG_PATIENCE, BodyHandlers.ofInputStream());
    try (InputStream in = answer.body()) {
      if (answer.statusCode() != 200) {
        throw refused(answer, parse(in.readAllBytes()));
      }
      copy(in, out, progress);
    }
  }

  private void copy(InputStream in, OutputStream out, LongConsumer progress) throws IOException {
    byte[] buffer = new byte[1 << 16];
    long bytes = 0;
    while (true) {
      int read;
      try {
        read = in.read(buffer);
      } catch (IOException e) {
        throw new Failure.Unreachable(
            "The connection to " + server + " broke after " + bytes + " bytes.", e);
      }
      if (read < 0) {
        return;
      }
      out.write(buffer, 0, read);
      bytes += read;
      progress.accept(bytes);
    }
  }

  /// The answer as it comes, whatever its status.
  ///
  /// @throws Failure.Unreachable when there is none
  public HttpResponse<String> exchange(
      String method, String path, Map<String, String> headers, @Nullable String body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server + path))
            .timeout(PATIENCE)
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    headers.forEach(request::header);
    return answered(request, BodyHandlers.ofString());
  }

  private static Route onThisServer(String next) {
    URI uri = URI.create(next);
    return new Route(uri.getRawPath() + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery()));
  }

  private JsonNode call(String method, Route route, @Nullable JsonNode body) {
    return read(answered(method, route, body, PATIENCE, BodyHandlers.ofByteArray()));
  }

  private <T> HttpResponse<T> answered(
      String method,
      Route route,
      @Nullable JsonNode body,
      Duration patience,
      BodyHandler<T> handler) {
    return answered(request(method, route, body, patience), handler);
  }

  private <T> HttpResponse<T> answered(HttpRequest.Builder request, BodyHandler<T> handler) {
    Optional<String> access = session.access();
    HttpResponse<T> answer = send(request, access, handler);
    if (answer.statusCode() == 401 && access.isPresent()) {
      var open = new Api(server, Session.ANONYMOUS, http);
      Optional<String> renewed = session.renew(open, access.get());
      if (renewed.isPresent()) {
        answer = send(request, renewed, handler);
      }
    }
    return answer;
  }

  private HttpRequest.Builder request(
      String method, Route route, @Nullable JsonNode body, Duration patience) {
    var request =
        HttpRequest.newBuilder(URI.create(server + route.path()))
            .timeout(patience)
            .header("Accept", "application/json, */*;q=0.1");
    if (body == null) {
      return request.method(method, BodyPublishers.noBody());
    }
    return request
        .header("Content-Type", "application/json")
        .method(method, BodyPublishers.ofString(body.toString()));
  }

  private <T> HttpResponse<T> send(
      HttpRequest.Builder request, Optional<String> access, BodyHandler<T> handler) {
    try {
      access.ifPresent(token -> request.setHeader("Authorization", "Bearer " + token));
      return http.send(request.build(), handler);
    } catch (SSLException e) {
      throw new Failure.Unreachable(
          "No safe connection to "
              + server
              + ": its certificate is not trusted, not valid for that name, or it does not speak"
              + " TLS there. A private certificate authority is named with --ca FILE.",
          e);
    } catch (IOException e) {
      throw new Failure.Unreachable(
          "Cannot reach the server at "
              + server
              + ". Is it running? Start one with: muster server (or name it with --server URL).",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure.Unreachable("Interrupted while waiting for " + server + ".", e);
    }
  }

  private JsonNode read(HttpResponse<byte[]> answer) {
    @Nullable JsonNode body = parse(answer.body());
    int status = answer.statusCode();
    if (status < 200 || status > 299) {
      throw refused(answer, body);
    }
    if (body == null) {
      throw new Failure.Unreachable(
          "What answers at " + server + " does not speak JSON: is it a Muster server?", null);
    }
    return body;
  }

  private Failure refused(HttpResponse<?> answer, @Nullable JsonNode body) {
    String retry = answer.headers().firstValue("Retry-After").orElse(null);
    return Failure.Refused.of(server, answer.statusCode(), body, retry);
  }

  private static @Nullable JsonNode parse(byte[] body) {
    if (body.length == 0) {
      return MissingNode.getInstance();
    }
    try {
      return JSON.readTree(body);
    } catch (JsonProcessingException e) {
      return null;
    } catch (IOException e) {
      throw new AssertionError("Reading from memory failed.", e);
    }
  }
}
