package dev.muster.server.web;

import dev.muster.server.platform.Caller;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.RequestId;
import dev.muster.server.platform.Settings;
import io.quarkus.arc.All;
import io.quarkus.logging.Log;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What every HTTP request passes before it is routed, in this order: it gets its request id; too
/// large a body, a path or query that cannot be read and, in open mode, a foreign host are refused;
/// the credential is checked. So a path that does not exist is 401 to a stranger, like any other.
@Singleton
public final class Gate {
  static final String CALLER = "muster.caller";
  static final String NO_CREDENTIAL =
      "Send a credential: the header Authorization: Bearer …, with an access token of"
          + " /api/auth/login/, an API key, a device token or an enrollment token.";
  private static final int BEFORE_ALL = 10_000;
  private static final Pattern REQUEST_ID_FORM = Pattern.compile("[A-Za-z0-9._:-]{1,128}");
  private static final Set<String> LOOPBACK_NAMES =
      Set.of("localhost", "127.0.0.1", "[::1]", "::1");
  private static final List<String> PUBLIC_API =
      List.of("/api/auth/login", "/api/auth/refresh", "/api/health", "/api/info");

  private final Settings settings;
  private final List<CredentialCheck> checks;
  private final OpenMode openMode;
  private final Problems problems;

  Gate(Settings settings, @All List<CredentialCheck> checks, OpenMode openMode, Problems problems) {
    this.settings = settings;
    this.checks = checks;
    this.openMode = openMode;
    this.problems = problems;
  }

  void register(@Observes Filters filters) {
    filters.register(this::enter, BEFORE_ALL);
  }

  private void enter(RoutingContext context) {
    HttpServerRequest request = context.request();
    String sent = request.getHeader("X-Request-ID");
    String requestId =
        sent != null && REQUEST_ID_FORM.matcher(sent).matches() ? sent : Ids.next().toString();
    RequestId.enter(requestId);
    context.response().putHeader("X-Request-ID", requestId);
    try {
      refuseUnreadable(request);
      refuseForeignHost(request);
      nameAbsentBody(request);
      if (isPublic(context.normalizedPath())) {
        context.next();
        return;
      }
      String credential = credential(request);
      if (credential == null && !settings.open()) {
        throw Refusal.unauthenticated(NO_CREDENTIAL);
      }
      authenticate(context, credential);
    } catch (Refusal refusal) {
      problems.answer(context, refusal);
    }
  }

  /// Credential checks may read the database, so they leave the event loop; the request waits,
  /// paused.
  private void authenticate(RoutingContext context, @Nullable String credential) {
    Context loop = Vertx.currentContext();
    context.request().pause();
    Thread.ofVirtual()
        .start(() -> {
          Refusal refusal = null;
          try {
            context.put(CALLER, credential == null ? openMode.operator() : check(credential));
          } catch (Refusal refused) {
            refusal = refused;
          } catch (RuntimeException failure) {
            Log.error("A credential could not be checked", failure);
            refusal = Refusal.of(ErrorCode.INTERNAL, Problems.INTERNAL_DETAIL);
          }
          Refusal outcome = refusal;
          loop.runOnContext(_ -> {
            context.request().resume();
            if (outcome == null) {
              context.next();
            } else {
              problems.answer(context, outcome);
            }
          });
        });
  }

  private Caller check(String credential) {
    for (CredentialCheck check : checks) {
      if (check.recognizes(credential)) {
        return check.check(credential);
      }
    }
    throw Refusal.unauthenticated("The credential is of no known kind.");
  }

  /// What the request carries, unchecked; null when it carries nothing.
  public static @Nullable String credential(HttpServerRequest request) {
    String device = request.getHeader("X-Device-Token");
    if (device != null) {
      return device;
    }
    String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
    if (authorization == null) {
      return null;
    }
    if (!authorization.regionMatches(true, 0, "Bearer ", 0, 7)) {
      throw Refusal.unauthenticated("Only the Bearer scheme is accepted.");
    }
    return authorization.substring(7).strip();
  }

  private static void refuseUnreadable(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    if (length != null
        && length.matches("[0-9]{1,18}")
        && Long.parseLong(length) > JsonBodies.MOST_BYTES) {
      throw JsonBodies.tooLarge();
    }
    RequestTarget.refuseUnreadable(request.uri());
  }

  /// A request that has no body needs no media type for it.
  private static void nameAbsentBody(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    if (request.getHeader(HttpHeaders.TRANSFER_ENCODING) == null
        && (length == null || length.equals("0"))
        && request.getHeader(HttpHeaders.CONTENT_TYPE) == null) {
      request.headers().set(HttpHeaders.CONTENT_TYPE, "application/json");
    }
  }

  /// A page of another site that resolves its own name to this machine must not act as the
  /// operator.
  private void refuseForeignHost(HttpServerRequest request) {
    if (!settings.open() || settings.openAnywhere()) {
      return;
    }
    String host = request.authority() == null ? "" : request.authority().host();
    if (host == null || !LOOPBACK_NAMES.contains(host.toLowerCase(Locale.ROOT))) {
      throw Refusal.of(
          ErrorCode.HOST_NOT_ALLOWED,
          "In open mode this server answers to localhost only; set muster.open.anywhere=true to"
              + " change that.");
    }
  }

  /// Of the path as it will be routed: `//api`, `/./api`, `/%61pi` and `/api;x` lead to `/api`.
  private static boolean isPublic(String normalized) {
    String path = normalized.replaceAll(";[^/]*", "");
    boolean guarded =
        under(path, "/api")
            || under(path, "/v1")
            || under(path, "/enroll")
            || under(path, "/devices");
    return !guarded || PUBLIC_API.stream().anyMatch(open -> under(path, open));
  }

  private static boolean under(String path, String prefix) {
    return path.startsWith(prefix)
        && (path.length() == prefix.length() || path.charAt(prefix.length()) == '/');
  }
}
