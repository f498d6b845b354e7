package dev.muster.e2e;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// A caller of the server's REST surface, with or without a credential.
record Rest(URI server, Optional<String> credential) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient CLIENT =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  /// No request may hang longer, whatever has happened to the server.
  static final Duration LONGEST = Duration.ofSeconds(20);

  /// An answer; the body is a missing node when there was none.
  record Reply(int status, HttpHeaders headers, JsonNode body) {
    boolean isDone() {
      return status / 100 == 2;
    }

    /// The body of an answer of this status.
    JsonNode expect(int wanted) {
      if (status != wanted) {
        throw new AssertionError("HTTP " + status + " and not " + wanted + ": " + body);
      }
      return body;
    }
  }

  static Rest anonymous(URI server) {
    return new Rest(server, Optional.empty());
  }

  static Rest login(URI server, String email, String password) {
    JsonNode tokens =
        anonymous(server)
            .post("/api/auth/login/", Map.of("email", email, "password", password))
            .expect(200);
    return anonymous(server).as(tokens.path("access").asText());
  }

  /// The same server by another caller.
  Rest as(String token) {
    return new Rest(server, Optional.of(token));
  }

  Reply get(String path) {
    return send("GET", path, Optional.empty());
  }

  Reply post(String path) {
    return send("POST", path, Optional.empty());
  }

  Reply post(String path, Object body) {
    return send("POST", path, Optional.of(body));
  }

  /// @param body bytes that are sent as they are, or a value that is written as JSON
  Reply put(String path, Object body) {
    return send("PUT", path, Optional.of(body));
  }

  Reply delete(String path) {
    return send("DELETE", path, Optional.empty());
  }

  /// @throws UncheckedIOException when there is no answer
  private Reply send(String method, String path, Optional<Object> body) {
    boolean isBytes = body.orElse("") instanceof byte[];
    try {
      var request =
          HttpRequest.newBuilder(server.resolve(path))
              .timeout(LONGEST)
              .header("Content-Type", isBytes ? "application/octet-stream" : "application/json")
              .method(
                  method,
                  body.isPresent()
                      ? BodyPublishers.ofByteArray(
                          body.get() instanceof byte[] bytes
                              ? bytes
                              : JSON.writeValueAsBytes(body.get()))
                      : BodyPublishers.noBody());
      credential.ifPresent(token -> request.header("Authorization", "Bearer " + token));
      var response = CLIENT.send(request.build(), BodyHandlers.ofString());
      return new Reply(response.statusCode(), response.headers(), tree(response.body()));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stopped);
    }
  }

  private static JsonNode tree(String body) {
    try {
      return JSON.readTree(body);
    } catch (JsonProcessingException text) {
      return JSON.getNodeFactory().textNode(body);
    }
  }
}
