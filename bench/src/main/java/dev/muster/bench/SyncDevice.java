package dev.muster.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;

/// A person's device that pushes and pulls, as bodies that are ready to be sent.
///
/// @param access token of the person
record SyncDevice(URI server, String access, String id) {
  static final int PAGE = 500;

  /// Of a new operator.
  static SyncDevice of(BenchServer server, Api admin, String name)
      throws IOException, InterruptedException {
    String email = name + "@localhost";
    String password = UUID.randomUUID().toString();
    admin.post(
        "/api/users/",
        Map.of("email", email, "name", email, "password", password, "role", "operator"));
    JsonNode login =
        server
            .anonymous()
            .post(
                "/api/auth/login/",
                Map.of("email", email, "password", password, "deviceFingerprint", name));
    return new SyncDevice(
        server.address(), login.get("access").asText(), login.at("/device/id").asText());
  }

  /// An item of a push.
  ///
  /// @param others components of the clock besides the device's own, each with a comma behind it
  String item(UUID id, String operation, String title, String others, long tick) {
    return "{\"id\":\""
        + id
        + "\",\"operation\":\""
        + operation
        + "\",\"data\":{\"title\":\""
        + title
        + "\",\"description\":\"The seal of the second pump may leak; see what it needs.\""
        + ",\"status\":\"todo\",\"priority\":\"high\",\"tags\":[\"pump\",\"weekly\"]"
        + ",\"custom_fields\":{\"site\":\"Store 0042\"},\"vector_clock\":{"
        + others
        + "\""
        + this.id
        + "\":"
        + tick
        + "}}}";
  }

  Line.Answer push(Line line, String items) throws IOException {
    String body = "{\"deviceId\":\"%s\",\"changes\":{\"tasks\":[%s]}}".formatted(id, items);
    return done(line.post("/api/sync/push/", access, "", body.getBytes(StandardCharsets.UTF_8)));
  }

  JsonNode pull(Line line, long since, int limit) throws IOException {
    return Api.JSON.readTree(
        done(line.get(
                "/api/sync/pull/?limit=" + limit + "&since=" + since,
                access,
                "X-Device-ID: " + id + "\r\n"))
            .body());
  }

  private static Line.Answer done(Line.Answer answer) throws IOException {
    if (!answer.isDone()) {
      throw new IOException("it was answered " + answer);
    }
    return answer;
  }
}
