package dev.muster.agent;

import dev.muster.agent.core.Transport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import javax.net.ssl.SSLException;

/// The way to a server over `java.net.http`. Any number of agents may share one client.
final class HttpTransport implements Transport {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final HttpClient client;
  private final ServerAddress server;

  HttpTransport(HttpClient client, ServerAddress server) {
    this.client = client;
    this.server = server;
  }

  private static BodyPublisher publisher(String body, boolean gzipped) throws IOException {
    if (!gzipped) {
      return BodyPublishers.ofString(body);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream zip = new GZIPOutputStream(bytes)) {
      zip.write(body.getBytes(StandardCharsets.UTF_8));
    }
    return BodyPublishers.ofByteArray(bytes.toByteArray());
  }

  @Override
  public Reply exchange(Request request) throws IOException, InterruptedException {
    String body = request.body();
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(URI.create(server + request.path()))
            .timeout(TIMEOUT.plus(request.held()))
            .method(
                request.method(),
                body == null ? BodyPublishers.noBody() : publisher(body, request.gzipped()));
    request.headers().forEach(builder::header);
    if (body != null && request.gzipped()) {
      builder.header("Content-Encoding", "gzip");
    }
    try {
      HttpResponse<String> response = client.send(builder.build(), BodyHandlers.ofString());
      Map<String, String> headers = new TreeMap<>();
      response.headers().map().forEach((name, values) -> headers.put(name, values.getFirst()));
      return new Reply(response.statusCode(), headers, response.body());
    } catch (ConnectException | HttpConnectTimeoutException e) {
      throw new IOException("Cannot connect to " + server, e);
    } catch (HttpTimeoutException e) {
      throw new IOException(
          "No answer from " + server + " in " + TIMEOUT.plus(request.held()).toSeconds() + " s", e);
    } catch (SSLException e) {
      throw new IOException(
          "No safe connection to "
              + server
              + ": its certificate is not trusted or not valid for that name. A private certificate"
              + " authority is named with --ca FILE",
          e);
    } catch (IOException e) {
      throw new IOException("The exchange with " + server + " broke off: " + e.getMessage(), e);
    }
  }
}
