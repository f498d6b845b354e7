package dev.muster.server.web;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Refusal;
import io.quarkus.logging.Log;
import io.vertx.ext.web.RoutingContext;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ConstraintViolationException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/// Maps whatever leaves a resource to a problem document. The one mapper of the REST transport.
public class ProblemMappers {
  @ServerExceptionMapper
  public Response refusal(Refusal refusal) {
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
      String field = FieldPath.inBody(violation);
      body |= field != null;
      field = field == null ? FieldPath.parameter(violation) : field;
      fields.add(new Refusal.FieldError(field, violation.getMessage()));
    }
    fields.sort(java.util.Comparator.comparing(Refusal.FieldError::field));
    return refusal(
        body
            ? Refusal.invalid(fields)
            : Refusal.parameter(fields.getFirst().field(), fields.getFirst().message()));
  }

  @ServerExceptionMapper
  public Response json(JsonProcessingException failure) {
    return refusal(of(failure));
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
      return refusal(Refusal.of(code, Problems.INTERNAL_DETAIL));
    }
    return refusal(Refusal.of(code, code.title() + "."));
  }

  @ServerExceptionMapper
  public Response anything(Throwable failure, RoutingContext context) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof Refusal refusal) {
        return refusal(refusal);
      }
    }
    Log.errorf(failure, "Request %s failed", context.<String>get(Gate.REQUEST_ID));
    return refusal(Refusal.of(ErrorCode.INTERNAL, Problems.INTERNAL_DETAIL));
  }

  /// Text that is no JSON is malformed; JSON of another shape is a wrong field.
  private static Refusal of(JsonProcessingException failure) {
    if (failure instanceof JsonMappingException mapping && !mapping.getPath().isEmpty()) {
      return Refusal.invalid(path(mapping), sentence(mapping));
    }
    if (failure instanceof JsonMappingException mapping
        && !(mapping.getCause() instanceof JacksonException)) {
      return Refusal.invalid("body", sentence(mapping));
    }
    var location = failure.getLocation();
    String where =
        location == null
            ? ""
            : " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ")";
    return Refusal.of(ErrorCode.MALFORMED_REQUEST, "The body is not valid JSON" + where + ".");
  }

  private static String path(JsonMappingException failure) {
    return failure.getPath().stream()
        .map(step ->
            step.getFieldName() == null ? "[" + step.getIndex() + "]" : "." + step.getFieldName())
        .collect(Collectors.joining())
        .replaceFirst("^\\.", "");
  }

  private static String sentence(JsonMappingException failure) {
    if (failure instanceof com.fasterxml.jackson.databind.exc.InvalidFormatException format
        && format.getTargetType().isEnum()) {
      return "must be one of "
          + java.util.Arrays.stream(format.getTargetType().getEnumConstants())
              .map(String::valueOf)
              .collect(Collectors.joining(", "));
    }
    if (failure instanceof com.fasterxml.jackson.databind.exc.MismatchedInputException mismatch
        && mismatch.getTargetType() != null) {
      return "must be " + JsonShapes.name(mismatch.getTargetType());
    }
    return JsonShapes.UNREADABLE.equals(failure.getOriginalMessage())
        ? JsonShapes.UNREADABLE
        : "is not valid here";
  }
}
