package dev.muster.server.web;

import dev.muster.server.edge.Arrival;
import dev.muster.server.edge.Edge;
import dev.muster.server.edge.Upgrades;
import dev.muster.server.limit.EndpointClass;
import dev.muster.server.limit.Endpoints;
import dev.muster.server.limit.Limits;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.RequestId;
import io.quarkus.logging.Log;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What every HTTP request passes before it is routed, in this order: it gets its request id; it
/// passes the [edge][Edge], which refuses foreign hosts and pages; too large a body and a path or
/// query that cannot be read are refused; a device [takes its turn][DeviceTurns]; the credential is
/// checked. So a path that does not exist is 401 to a stranger, like any other. Who calls too often
/// goes no further: strangers before anything is looked up for them, others as soon as it is known
/// who they are ([Limits]).
@Singleton
public final class Gate {
  static final String CALLER = "muster.caller";
  static final String SPARED = "muster.spared";
  static final String NO_CREDENTIAL =
      "Send a credential: the header Authorization: Bearer …, with an access token of"
          + " /api/auth/login/, an API key, a device token or an enrollment token.";
  static final int BEFORE_ALL = 10_000;
  private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");
  private static final List<String> PUBLIC_API =
      List.of("/api/auth/login", "/api/auth/refresh", "/api/health", "/api/info");

  private static final Set<HttpMethod> READING =
      Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

  private final Callers callers;
  private final TicketCheck tickets;
  private final Problems problems;
  private final Edge edge;
  private final Limits limits;
  private final DeviceTurns turns;

  Gate(
      Callers callers,
      TicketCheck tickets,
      Problems problems,
      Edge edge,
      Limits limits,
      DeviceTurns turns) {
    this.callers = callers;
    this.tickets = tickets;
    this.problems = problems;
    this.edge = edge;
    this.limits = limits;
    this.turns = turns;
  }

  void register(@Observes Filters filters) {
    filters.register(this::enter, BEFORE_ALL);
  }

  /// Who calls, once the request is let in.
  public static Caller caller(RoutingContext context) {
    return context.get(CALLER);
  }

  /// The request leaves no line in the access log, because it is counted elsewhere.
  public static void spare(RoutingContext context) {
    context.put(SPARED, true);
  }

  private void enter(RoutingContext context) {
    HttpServerRequest request = context.request();
    String requestId = RequestId.accept(request.getHeader("X-Request-ID"));
    RequestId.enter(requestId);
    context.response().putHeader("X-Request-ID", requestId);
    try {
      if (edge.answered(context)) {
        return;
      }
      refuseUnreadable(request);
      nameAbsentBody(request);
      if (isPublic(context.normalizedPath())) {
        Endpoints.open(context.normalizedPath())
            .ifPresent(what -> limits.require(Arrival.of(context).network(), what));
        context.next();
        return;
      }
      String credential = credential(request);
      Caller known = credential == null ? null : callers.known(credential);
      if (known == null) {
        Supplier<Caller> who = who(context, credential);
        inTurn(
            credential != null && callers.isOfDevice(credential),
            context,
            false,
            () -> authenticate(context, who));
      } else {
        limits.require(known, classOf(known, context));
        inTurn(known instanceof Caller.Device, context, true, () -> enterAs(known, context));
      }
    } catch (Refusal refusal) {
      refuse(context, counted(context, refusal));
    }
  }

  /// Devices take their turn before they are looked up, which is work too.
  private void inTurn(boolean isDevice, RoutingContext context, boolean isKnown, Runnable then) {
    if (isDevice) {
      turns.take(context, isKnown, then);
    } else {
      then.run();
    }
  }

  /// Of those who show nothing that could be looked at, each is told so only so often.
  private Refusal counted(RoutingContext context, Refusal refusal) {
    if (refusal.code() != ErrorCode.UNAUTHENTICATED) {
      return refusal;
    }
    try {
      limits.require(Arrival.of(context).network(), EndpointClass.OPEN);
      return refusal;
    } catch (Refusal limited) {
      return limited;
    }
  }

  /// A body that is too large is 413 whoever sends it, so a body whose length was not said is
  /// counted to its end, and not kept, before its sender is told to show a credential.
  private void refuse(RoutingContext context, Refusal refusal) {
    HttpServerRequest request = context.request();
    boolean unsaid =
        request.version() == HttpVersion.HTTP_2
            ? !request.headers().contains(HttpHeaders.CONTENT_LENGTH)
            : request.headers().contains(HttpHeaders.TRANSFER_ENCODING);
    if (refusal.code() != ErrorCode.UNAUTHENTICATED || !unsaid || request.isEnded()) {
      problems.answer(context, refusal);
      return;
    }
    AtomicInteger bytes = new AtomicInteger();
    request.handler(part -> {
      if (bytes.addAndGet(part.length()) > JsonBodies.MOST_BYTES) {
        problems.answer(context, JsonBodies.tooLarge());
      }
    });
    request.endHandler(_ -> problems.answer(context, refusal));
    request.resume();
  }

  /// Finds out later who calls, by what the request carries: a credential in its headers, else the
  /// ticket of a WebSocket, else nothing, which is enough in open mode.
  private Supplier<Caller> who(RoutingContext context, @Nullable String credential) {
    HttpServerRequest request = context.request();
    String network = Arrival.of(context).network();
    if (credential != null) {
      return () -> callers.identify(credential, network, NO_CREDENTIAL);
    }
    String ticket = Upgrades.ticket(request, context.normalizedPath());
    if (ticket != null) {
      return () -> callers.admit(ticket, network, () -> tickets.redeem(ticket));
    }
    if (callers.needNoCredential()) {
      return () -> callers.identify(null, NO_CREDENTIAL);
    }
    throw Refusal.unauthenticated(NO_CREDENTIAL);
  }

  /// Checks may read the database, so they leave the event loop; the request waits, paused.
  private void authenticate(RoutingContext context, Supplier<Caller> check) {
    Context loop = Vertx.currentContext();
    context.request().pause();
    Thread.ofVirtual()
        .start(
            RequestId.carriedInto(() -> {
              Runnable outcome;
              try {
                Caller caller = check.get();
                limits.require(caller, classOf(caller, context));
                outcome = () -> enterAs(caller, context);
              } catch (Refusal refusal) {
                outcome = () -> refuse(context, refusal);
              } catch (RuntimeException failure) {
                Log.error("A credential could not be checked", failure);
                outcome = () -> problems.answer(context, Refusal.internal());
              }
              Runnable after = outcome;
              loop.runOnContext(_ -> {
                context.request().resume();
                after.run();
              });
            }));
  }

  private static EndpointClass classOf(Caller caller, RoutingContext context) {
    HttpServerRequest request = context.request();
    return Upgrades.isUpgrade(request)
        ? EndpointClass.CONNECT
        : Endpoints.of(caller, READING.contains(request.method()), context.normalizedPath());
  }

  private static void enterAs(Caller caller, RoutingContext context) {
    context.put(CALLER, caller);
    SocketCaller.keep(caller);
    context.next();
  }

  /// What the request carries, unchecked; null when it carries nothing.
  public static @Nullable String credential(HttpServerRequest request) {
    return Callers.shown(
        request.getHeader("X-Device-Token"), request.getHeader(HttpHeaders.AUTHORIZATION));
  }

  private static void refuseUnreadable(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    if (length != null
        && LENGTH.matcher(length).matches()
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

  /// Of the path as it will be routed: `//api`, `/./api`, `/%61pi` and `/api;x` lead to `/api`.
  static boolean isPublic(String normalized) {
    String path =
        normalized.indexOf(';') < 0 && !normalized.contains("//")
            ? normalized
            : normalized.replaceAll(";[^/]*", "").replaceAll("/{2,}", "/");
    boolean guarded =
        under(path, "/api")
            || under(path, "/v1")
            || under(path, "/ws")
            || under(path, "/enroll")
            || under(path, "/devices");
    return !guarded || PUBLIC_API.stream().anyMatch(open -> under(path, open));
  }

  static boolean under(String path, String prefix) {
    return path.startsWith(prefix)
        && (path.length() == prefix.length() || path.charAt(prefix.length()) == '/');
  }
}
