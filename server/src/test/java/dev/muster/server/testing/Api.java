package dev.muster.server.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.muster.server.platform.Ids;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;

/// A client of the server under test: JSON over real HTTP, with one credential or none.
///
/// Tests of one JVM share the server, so a test class works in an organization of its own: `Api
/// admin = Api.ofNewOrganization()`.
public final class Api {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final ObjectMapper JSON = new ObjectMapper();

  /// An answer; the body is a missing node when it is empty or no JSON.
  public record Answer(int status, JsonNode body, String text, HttpHeaders headers) {
    /// This answer, once it is sure that it has the status.
    public Answer expect(int expected) {
      assertThat(status).as("status, with body %s", text).isEqualTo(expected);
      return this;
    }

    /// The text at a path such as `user.id` or `results.0.name`.
    public String at(String path) {
      return node(path).asText();
    }

    public JsonNode node(String path) {
      return body.at("/" + path.replace('.', '/'));
    }

    /// The keys of the object at the path, or of the whole body when it is empty.
    public Set<String> keys(String path) {
      Set<String> keys = new TreeSet<>();
      (path.isEmpty() ? body : node(path)).fieldNames().forEachRemaining(keys::add);
      return keys;
    }

    /// The fields that a problem document complains of.
    public List<String> fields() {
      return node("errors").findValuesAsText("field");
    }

    /// The error code of a problem document.
    public String code() {
      return at("code");
    }
  }

  private final @Nullable String credential;
  private final Map<String, String> headers;

  private Api(@Nullable String credential, Map<String, String> headers) {
    this.credential = credential;
    this.headers = Map.copyOf(headers);
  }

  /// A caller without a credential.
  public static Api anonymous() {
    return new Api(null, Map.of());
  }

  /// A caller with an access token, a device token or an enrollment token.
  public static Api with(String credential) {
    return new Api(credential, Map.of());
  }

  /// The admin of the first organization.
  public static Api home() {
    return login(ServerUnderTest.ADMIN, ServerUnderTest.PASSWORD);
  }

  public static Api login(String email, String password) {
    return with(
        anonymous()
            .post("/api/auth/login/", Map.of("email", email, "password", password))
            .expect(200)
            .at("access"));
  }

  /// The admin of an organization that nobody else has.
  public static Api ofNewOrganization() {
    String email = uniqueEmail();
    home()
        .post(
            "/api/organizations/",
            Map.of(
                "name",
                "Organization of " + email,
                "admin_email",
                email,
                "admin_name",
                "Admin",
                "admin_password",
                ServerUnderTest.PASSWORD))
        .expect(201);
    return login(email, ServerUnderTest.PASSWORD);
  }

  /// A new user of this admin's organization, logged in.
  public Api newUser(String role) {
    String email = uniqueEmail();
    post(
            "/api/users/",
            Map.of(
                "email",
                email,
                "name",
                "A " + role,
                "password",
                ServerUnderTest.PASSWORD,
                "role",
                role))
        .expect(201);
    return login(email, ServerUnderTest.PASSWORD);
  }

  public static String uniqueEmail() {
    return Ids.next() + "@example.org";
  }

  /// Where the server listens, without a slash at the end.
  public static String baseUrl() {
    return ConfigProvider.getConfig()
        .getValue("test.url", String.class)
        .replaceFirst("/+$", "")
        .replace("//localhost:", "//127.0.0.1:");
  }

  public @Nullable String credential() {
    return credential;
  }

  public Answer get(String path) {
    return send("GET", path, null);
  }

  public Answer post(String path) {
    return send("POST", path, null);
  }

  /// @param body text that is sent as it is, or a value that is written as JSON
  public Answer post(String path, Object body) {
    return send("POST", path, body);
  }

  public Answer put(String path, Object body) {
    return send("PUT", path, body);
  }

  public Answer patch(String path, Object body) {
    return send("PATCH", path, body);
  }

  public Answer delete(String path) {
    return send("DELETE", path, null);
  }

  /// The same caller with a header more on every call.
  public Api withHeader(String name, String value) {
    Map<String, String> more = new TreeMap<>(headers);
    more.put(name, value);
    return new Api(credential, more);
  }

  /// Sends the body without saying beforehand how long it is.
  public Answer postInChunks(String path, Object body) {
    return send(
        "POST",
        path,
        BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(write(body))),
        true);
  }

  /// @param body bytes that are sent as they are, text likewise, or a value that is written as JSON
  public Answer send(String method, String path, @Nullable Object body) {
    return send(
        method,
        path,
        body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(write(body)),
        body != null);
  }

  private Answer send(String method, String path, BodyPublisher body, boolean typed) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(baseUrl() + path)).method(method, body);
    if (typed && !headers.containsKey("Content-Type")) {
      request.header("Content-Type", "application/json");
    }
    headers.forEach(request::header);
    if (credential != null) {
      request.header("Authorization", "Bearer " + credential);
    }
    try {
      var response = HTTP.send(request.build(), BodyHandlers.ofString());
      return new Answer(
          response.statusCode(), read(response.body()), response.body(), response.headers());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stopped);
    }
  }

  private static byte[] write(Object body) {
    try {
      return switch (body) {
        case byte[] bytes -> bytes;
        case String text -> text.getBytes(StandardCharsets.UTF_8);
        default -> JSON.writeValueAsBytes(body);
      };
    } catch (JsonProcessingException failure) {
      throw new IllegalArgumentException(failure);
    }
  }

  /// A value as the tree that it is on the wire.
  public static JsonNode tree(Object value) {
    return JSON.valueToTree(value);
  }

  private static JsonNode read(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException _) {
      return JSON.missingNode();
    }
  }
}
