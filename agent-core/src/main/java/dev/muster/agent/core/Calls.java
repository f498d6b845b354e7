package dev.muster.agent.core;

import dev.muster.agent.core.Transport.Reply;
import dev.muster.agent.core.Transport.Request;
import dev.muster.protocol.CommandSignature;
import dev.muster.protocol.Json;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Calls of the server with a credential, JSON both ways. Whatever is not 2xx is a [CallFailed].
final class Calls {
  /// The fingerprint of no secret.
  private static final String NO_SECRET = "0000000000000000";

  private final Transport transport;
  private final AgentClock clock;

  Calls(Transport transport, AgentClock clock) {
    this.transport = transport;
    this.clock = clock;
  }

  /// Asks for something.
  ///
  /// @param headers besides the usual ones
  /// @param held how long the server may hold back its answer
  Reply get(String path, @Nullable String credential, Map<String, String> headers, Duration held)
      throws IOException, InterruptedException {
    Map<String, String> all = usual(credential);
    all.putAll(headers);
    return call(new Request("GET", path, all, null, held));
  }

  /// Tells something.
  Reply post(String path, @Nullable String credential, Json.Obj body)
      throws IOException, InterruptedException {
    Map<String, String> all = usual(credential);
    all.put("Content-Type", "application/json");
    return call(new Request("POST", path, all, body.canonical()));
  }

  /// Tells something long.
  Reply postGzipped(String path, @Nullable String credential, Json.Obj body)
      throws IOException, InterruptedException {
    Map<String, String> all = usual(credential);
    all.put("Content-Type", "application/json");
    return call(new Request("POST", path, all, body.canonical(), Duration.ZERO, true));
  }

  /// The header by which a device says which command secret it has. A device without one says so
  /// too: the answer in which the server gave it the secret may have been lost.
  static Map<String, String> commandKey(@Nullable String secret) {
    return Collections.singletonMap(
        "X-Command-Key", secret == null ? NO_SECRET : CommandSignature.fingerprint(secret));
  }

  private static Map<String, String> usual(@Nullable String credential) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Accept", "application/json");
    if (credential != null) {
      headers.put("Authorization", "Bearer " + credential);
    }
    return headers;
  }

  private Reply call(Request request) throws IOException, InterruptedException {
    Reply reply = transport.exchange(request);
    if (reply.status() / 100 != 2) {
      String detail = problem(reply, "detail");
      throw new CallFailed(
          reply.status(),
          problem(reply, "code"),
          "The server answered "
              + request
              + " with "
              + reply.status()
              + (detail.isEmpty() ? "" : ": " + detail),
          RetryAfter.parse(reply.headers().get("Retry-After"), clock.now()));
    }
    return reply;
  }

  /// What the server says of the problem under this name, empty when it says nothing.
  private static String problem(Reply reply, String name) {
    try {
      return JsonText.readObject(reply.body()).fields().get(name) instanceof Json.Text said
          ? said.value()
          : "";
    } catch (IOException e) {
      return "";
    }
  }
}
