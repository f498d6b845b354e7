package dev.muster.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.net.URI;

/// A login to one server: who, and the pair of tokens that the server gave. Each refresh token is
/// good for one use.
public record Login(URI server, String email, String access, String refresh) {

  /// Asks the server for a new login. Fails with [Failure.Refused] when it does not know the pair.
  public static Login with(Api api, String email, String password) {
    var body = JsonNodeFactory.instance.objectNode();
    body.put("email", email).put("password", password);
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
    return of(api.server(), email, answer);
  }

  /// The login that follows this one; its tokens replace these.
  Login refreshed(Api api) {
    var body = JsonNodeFactory.instance.objectNode().put("refresh", refresh);
    return of(server, email, api.post(Route.of("/api/auth/refresh/"), body));
  }

  private static Login of(URI server, String email, JsonNode answer) {
    String access = answer.path("access").asText("");
    String refresh = answer.path("refresh").asText("");
    if (access.isEmpty() || refresh.isEmpty()) {
      throw new Failure.Unreachable(
          "What answers at " + server + " gave no tokens: is it a Muster server?", null);
    }
    return new Login(server, email, access, refresh);
  }

  /// Without the tokens: this may end up in a log.
  @Override
  public String toString() {
    return "Login[server=" + server + ", email=" + email + "]";
  }
}
