package dev.muster.sync;

import dev.muster.agent.core.Transport;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/// The way to a server over `java.net.http`, which Android has not: an app there brings its own.
public final class HttpTransport implements Transport {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private final HttpClient client;
  private final URI server;

  /// @param client should follow no redirects: one could lead a credential elsewhere
  /// @param server such as `https://muster.example.com`, without a path
  public HttpTransport(HttpClient client, URI server) {
    this.client = client;
    this.server = server;
  }

  @Override
  public Reply exchange(Request request) throws IOException, InterruptedException {
    String body = request.body();
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(URI.create(server + request.path()))
            .timeout(TIMEOUT.plus(request.held()))
            .method(
                request.method(),
                body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    request.headers().forEach(builder::header);
    HttpResponse<String> response;
    try {
      response = client.send(builder.build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new IOException("The server at " + server + " does not answer: " + e.getMessage(), e);
    }
    Map<String, String> headers = new TreeMap<>();
    response.headers().map().forEach((name, values) -> headers.put(name, values.get(0)));
    return new Reply(response.statusCode(), headers, response.body());
  }
}
