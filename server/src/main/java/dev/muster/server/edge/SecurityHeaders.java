package dev.muster.server.edge;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import jakarta.inject.Singleton;
import java.util.List;

/// Headers that keep a browser from doing with an answer what it was not meant for. They are on
/// every answer, whoever gives it; a resource may replace `Cache-Control`.
@Singleton
public final class SecurityHeaders {
  private static final CharSequence OF_API =
      ready("default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");

  /// The API page starts itself by a script in the page, and sets styles by itself.
  private static final CharSequence OF_API_PAGE =
      ready(
          "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline';"
              + " img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none';"
              + " form-action 'none'; frame-ancestors 'none'");

  private static final CharSequence OF_HELP =
      ready(
          "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none';"
              + " frame-ancestors 'none'");

  private static final CharSequence POLICY = ready("Content-Security-Policy");
  private static final CharSequence NO_STORE = ready("no-store");

  private record Header(CharSequence name, CharSequence value) {
    static Header of(String name, String value) {
      return new Header(ready(name), ready(value));
    }
  }

  private static final List<Header> ALWAYS =
      List.of(
          Header.of("X-Content-Type-Options", "nosniff"),
          Header.of("Referrer-Policy", "no-referrer"),
          Header.of("X-Frame-Options", "DENY"),
          Header.of("Cross-Origin-Opener-Policy", "same-origin"),
          Header.of("Cross-Origin-Resource-Policy", "same-origin"),
          Header.of(
              "Permissions-Policy",
              "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"));

  /// Checked and encoded once, and not for every answer.
  private static CharSequence ready(String text) {
    return HttpHeaders.createOptimized(text);
  }

  void put(HttpServerRequest request, Arrival arrival) {
    boolean page = isUnder("/docs", request.path());
    boolean help = isUnder("/help", request.path());
    HttpServerResponse response = request.response();
    for (Header header : ALWAYS) {
      response.putHeader(header.name(), header.value());
    }
    response.putHeader(POLICY, page ? OF_API_PAGE : help ? OF_HELP : OF_API);
    if (!page) {
      response.putHeader(HttpHeaders.CACHE_CONTROL, NO_STORE);
    }
    if (arrival.isEncrypted()) {
      response.putHeader("Strict-Transport-Security", "max-age=31536000");
    }
  }

  private static boolean isUnder(String root, String path) {
    return path != null && (path.equals(root) || path.startsWith(root + "/"));
  }
}
