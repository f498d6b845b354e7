package dev.muster.server.web;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.RequestId;
import io.quarkus.logging.Log;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ConstraintViolationException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/// Maps whatever leaves a resource to a problem document. The one mapper of the REST transport.
public class ProblemMappers {
  private final Refusals refusals;

  ProblemMappers(Refusals refusals) {
    this.refusals = refusals;
  }

  @ServerExceptionMapper
  public Response refusal(Refusal refusal) {
    refusals.count(refusal.code());
    Problems.Problem problem = Problems.Problem.of(refusal);
    Response.ResponseBuilder response =
        Response.status(problem.status()).type(Problems.MEDIA_TYPE).entity(problem);
    String retryAfter = Problems.retryAfter(refusal);
    if (retryAfter != null) {
      response.header(HttpHeaders.RETRY_AFTER, retryAfter);
    }
    if (problem.status() == 401) {
      response.header(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
    }
    return response.build();
  }

  @ServerExceptionMapper
  public Response constraints(ConstraintViolationException violations) {
    List<Refusal.FieldError> fields = new ArrayList<>();
    boolean body = false;
    for (ConstraintViolation<?> violation : violations.getConstraintViolations()) {
      String field = FieldPath.inArgument(violation);
      body |= field != null;
      field = field == null ? FieldPath.parameter(violation) : field;
      fields.add(new Refusal.FieldError(field, violation.getMessage()));
    }
    fields.sort(Comparator.comparing(Refusal.FieldError::field));
    return refusal(
        body
            ? Refusal.invalid(fields)
            : Refusal.parameter(fields.getFirst().field(), fields.getFirst().message()));
  }

  @ServerExceptionMapper
  public Response json(JsonProcessingException failure) {
    return refusal(JsonProblems.of(failure));
  }

  @ServerExceptionMapper
  public Response web(WebApplicationException failure) {
    if (failure.getCause() instanceof JsonProcessingException json) {
      return json(json);
    }
    ErrorCode code =
        switch (failure.getResponse().getStatus()) {
          case 400 -> ErrorCode.MALFORMED_REQUEST;
          case 401 -> ErrorCode.UNAUTHENTICATED;
          case 403 -> ErrorCode.FORBIDDEN;
          case 404 -> ErrorCode.NOT_FOUND;
          case 405 -> ErrorCode.METHOD_NOT_ALLOWED;
          case 406 -> ErrorCode.NOT_ACCEPTABLE;
          case 413 -> ErrorCode.TOO_LARGE;
          case 415 -> ErrorCode.UNSUPPORTED_MEDIA_TYPE;
          default -> ErrorCode.INTERNAL;
        };
    if (code == ErrorCode.INTERNAL) {
      Log.error("A request failed", failure);
      return refusal(Refusal.internal());
    }
    return refusal(Refusal.of(code, detail(code)));
  }

  private static String detail(ErrorCode code) {
    return switch (code.kind()) {
      case NOT_FOUND -> "Nothing is served at this path; /docs lists what is.";
      case METHOD_NOT_ALLOWED -> "This path is served, but not with this method; see /docs.";
      case UNSUPPORTED_MEDIA_TYPE -> "Send JSON, with the header Content-Type: application/json.";
      default -> code.title() + ".";
    };
  }

  @ServerExceptionMapper
  public Response anything(Throwable failure, RoutingContext context) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof Refusal refusal) {
        return refusal(refusal);
      }
      if ((t instanceof ClosedChannelException && isGone(context))
          || t instanceof HttpClosedException) {
        // nobody hears it; and strangers, or a network that is cut, could fill the log
        return refusal(
            Refusal.of(ErrorCode.MALFORMED_REQUEST, "The connection ended within the request."));
      }
    }
    Log.errorf(failure, "Request %s failed", RequestId.current());
    return refusal(Refusal.internal());
  }

  private static boolean isGone(RoutingContext context) {
    return context.request().connection() instanceof ConnectionBase connection
        && !connection.channel().isOpen();
  }
}
