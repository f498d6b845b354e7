package dev.muster.agent;

import java.net.http.HttpClient;
import java.time.Duration;
import java.util.concurrent.Executors;

/// How our agents speak HTTP.
final class Http {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

  private Http() {}

  /// A client to be shared. HTTP/1.1: without TLS, HTTP/2 would begin with an upgrade that servers
  /// and proxies answer in many ways. No redirects: one could lead a credential elsewhere.
  static HttpClient client() {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .followRedirects(HttpClient.Redirect.NEVER)
        .connectTimeout(CONNECT_TIMEOUT)
        .executor(Executors.newVirtualThreadPerTaskExecutor())
        .build();
  }
}
