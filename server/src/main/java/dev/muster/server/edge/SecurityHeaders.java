package dev.muster.server.edge;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import jakarta.inject.Singleton;

/// Headers that keep a browser from doing with an answer what it was not meant for. They are on
/// every answer, whoever gives it; a resource may replace `Cache-Control`.
@Singleton
public final class SecurityHeaders {
  private static final String OF_API =
      "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  /// The API page starts itself by a script in the page, and sets styles by itself.
  private static final String OF_API_PAGE =
      "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline';"
          + " img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none';"
          + " form-action 'none'; frame-ancestors 'none'";

  private static final String OF_HELP =
      "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none';"
          + " frame-ancestors 'none'";

  void put(HttpServerRequest request, Arrival arrival) {
    boolean page = isUnder("/docs", request.path());
    boolean help = isUnder("/help", request.path());
    HttpServerResponse response = request.response();
    response
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("Referrer-Policy", "no-referrer")
        .putHeader("X-Frame-Options", "DENY")
        .putHeader("Content-Security-Policy", page ? OF_API_PAGE : help ? OF_HELP : OF_API)
        .putHeader("Cross-Origin-Opener-Policy", "same-origin")
        .putHeader("Cross-Origin-Resource-Policy", "same-origin")
        .putHeader(
            "Permissions-Policy",
            "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()");
    if (!page) {
      response.putHeader("Cache-Control", "no-store");
    }
    if (arrival.isEncrypted()) {
      response.putHeader("Strict-Transport-Security", "max-age=31536000");
    }
  }

  private static boolean isUnder(String root, String path) {
    return path != null && (path.equals(root) || path.startsWith(root + "/"));
  }
}
