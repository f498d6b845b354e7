package dev.muster.agent;

import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executors;

/// How our agents speak HTTP.
final class Http {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

  private Http() {}

  /// A client to be shared. HTTP/1.1: without TLS, HTTP/2 would begin with an upgrade that servers
  /// and proxies answer in many ways. No redirects: one could lead a credential elsewhere.
  static HttpClient client() {
    return builder().build();
  }

  /// One that trusts those who vouch for the server.
  ///
  /// @throws IOException with a sentence when their file holds no certificate
  static HttpClient client(ServerAddress server) throws IOException {
    Path ca = server.ca();
    return ca == null ? client() : builder().sslContext(TrustedCa.of(ca)).build();
  }

  private static HttpClient.Builder builder() {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .followRedirects(HttpClient.Redirect.NEVER)
        .connectTimeout(CONNECT_TIMEOUT)
        .executor(Executors.newVirtualThreadPerTaskExecutor());
  }
}
