package dev.muster.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The server's HTTP as one caller uses it. An answer that is no success is an error: what was
/// refused must not be counted as fast.
final class Api {
  static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration LONGEST = Duration.ofSeconds(60);

  private final HttpClient http;
  private final URI server;
  private final @Nullable String token;

  private Api(HttpClient http, URI server, @Nullable String token) {
    this.http = http;
    this.server = server;
    this.token = token;
  }

  static Api anonymous(URI server) {
    HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    return new Api(http, server, null);
  }

  Api as(String bearer) {
    return new Api(http, server, bearer);
  }

  JsonNode get(String path) throws IOException, InterruptedException {
    return parsed(send("GET", path, null));
  }

  JsonNode post(String path, @Nullable Object body) throws IOException, InterruptedException {
    return parsed(send("POST", path, body));
  }

  JsonNode put(String path, Object body) throws IOException, InterruptedException {
    return parsed(send("PUT", path, body));
  }

  /// The text of the answer: for who measures the server and not a parser.
  String send(String method, String path, @Nullable Object body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(server.resolve(path))
            .timeout(LONGEST)
            .method(
                method,
                body == null
                    ? BodyPublishers.noBody()
                    : BodyPublishers.ofString(JSON.writeValueAsString(body)));
    if (body != null) {
      request.header("Content-Type", "application/json");
    }
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    var response = http.send(request.build(), BodyHandlers.ofString());
    if (response.statusCode() / 100 != 2) {
      throw new IOException(
          method + " " + path + " was answered " + response.statusCode() + ": " + response.body());
    }
    return response.body();
  }

  private static JsonNode parsed(String text) throws JsonProcessingException {
    return JSON.readTree(text.isEmpty() ? "null" : text);
  }

  static Api login(Api anonymous, String email, String password)
      throws IOException, InterruptedException {
    JsonNode answer =
        anonymous.post("/api/auth/login/", Map.of("email", email, "password", password));
    return anonymous.as(answer.get("access").asText());
  }
}
