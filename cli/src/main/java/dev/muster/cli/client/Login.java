package dev.muster.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/// A login to one server: who, and the pair of tokens that the server gave. Each refresh token is
/// good for one use.
///
/// @param device the id of the device that this machine is there; null when it is none
public record Login(
    URI server, String email, String access, String refresh, @Nullable String device) {

  /// Asks the server for a new login. Fails with [Failure.Refused] when it does not know the pair.
  ///
  /// @param machine that is to be a device of theirs; null for none
  public static Login with(Api api, String email, String password, @Nullable Machine machine) {
    var body = JsonNodeFactory.instance.objectNode();
    body.put("email", email).put("password", password);
    if (machine != null) {
      body.put("deviceFingerprint", machine.fingerprint()).put("deviceName", machine.name());
    }
    JsonNode answer;
    try {
      answer = api.post(Route.of("/api/auth/login/"), body);
    } catch (Failure.Refused refused) {
      if (refused.status() != 401) {
        throw refused;
      }
      throw new Failure.Refused(
          401, "No account at " + api.server() + " has this email and password.");
    }
    String device = answer.path("device").path("id").asText("");
    return of(api.server(), email, answer, device.isEmpty() ? null : device);
  }

  /// The machine that somebody logs in on.
  ///
  /// @param fingerprint by which the server knows it again
  public record Machine(String fingerprint, String name) {}

  /// The login that follows this one; its tokens replace these.
  Login refreshed(Api api) {
    var body = JsonNodeFactory.instance.objectNode().put("refresh", refresh);
    return of(server, email, api.post(Route.of("/api/auth/refresh/"), body), device);
  }

  private static Login of(URI server, String email, JsonNode answer, @Nullable String device) {
    String access = answer.path("access").asText("");
    String refresh = answer.path("refresh").asText("");
    if (access.isEmpty() || refresh.isEmpty()) {
      throw new Failure.Unreachable(
          "What answers at " + server + " gave no tokens: is it a Muster server?", null);
    }
    return new Login(server, email, access, refresh, device);
  }

  /// Without the tokens: this may end up in a log.
  @Override
  public String toString() {
    return "Login[server=" + server + ", email=" + email + "]";
  }
}
