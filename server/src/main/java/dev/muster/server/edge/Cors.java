package dev.muster.server.edge;

import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Refusal;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import jakarta.inject.Singleton;
import java.util.List;

/// Lets pages of the origins in `muster.cors.origins` call and read the answers (the CORS protocol
/// of the Fetch standard), errors included.
///
/// `Access-Control-Allow-Credentials` is never sent: callers show a bearer token, which a page adds
/// itself and no browser adds for it, and there is no cookie that a page could ride on.
@Singleton
public final class Cors {
  private static final String METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE";
  private static final String REQUEST_HEADERS =
      "Accept, Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Range,"
          + " X-Device-ID, X-Device-Token, X-Request-ID";
  private static final String EXPOSED =
      "X-Request-ID, Retry-After, ETag, Idempotency-Replayed, Location";
  private static final String SECONDS_TO_REMEMBER = "600";

  private final Origins origins;

  Cors(Origins origins) {
    this.origins = origins;
  }

  /// Adds to the answer what lets a page of a named origin read it; to any other it adds nothing.
  ///
  /// @return whether this was a preflight, which is answered now
  /// @throws Refusal `origin_not_allowed` on a preflight of any other origin
  boolean answered(HttpServerRequest request) {
    HttpServerResponse response = request.response();
    if (origins.anyNamed()) {
      response.headers().add("Vary", "Origin");
    }
    List<String> sent = request.headers().getAll("Origin");
    boolean preflight =
        request.method().equals(HttpMethod.OPTIONS)
            && !sent.isEmpty()
            && request.headers().contains("Access-Control-Request-Method");
    if (sent.size() != 1 || !origins.isNamed(sent.getFirst())) {
      if (preflight) {
        throw notAllowed();
      }
      return false;
    }
    response.putHeader("Access-Control-Allow-Origin", sent.getFirst());
    if (!preflight) {
      response.putHeader("Access-Control-Expose-Headers", EXPOSED);
      return false;
    }
    response
        .putHeader("Access-Control-Allow-Methods", METHODS)
        .putHeader("Access-Control-Allow-Headers", REQUEST_HEADERS)
        .putHeader("Access-Control-Max-Age", SECONDS_TO_REMEMBER)
        .setStatusCode(204)
        .end();
    return true;
  }

  static Refusal notAllowed() {
    return Refusal.of(
        ErrorCode.ORIGIN_NOT_ALLOWED,
        "Pages of this origin may not call. To let them, name their origin in muster.cors.origins; if"
            + " they are the server's own, set muster.public-url to the address at which they are"
            + " opened.");
  }
}
