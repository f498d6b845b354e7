package dev.muster.server.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.JsonText;
import dev.muster.server.platform.Refusal;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Turns a refusal into an answer: RFC 9457 `application/problem+json`.
@Singleton
public final class Problems {
  public static final String MEDIA_TYPE = "application/problem+json";

  /// Where the section of an error code is, on the server that answers.
  static final String HELP = "/help/troubleshooting#";

  /// The body of every error. `errors` only for input.
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Problem(
      String type,
      String title,
      int status,
      String detail,
      String code,
      List<Refusal.FieldError> errors) {
    static Problem of(Refusal refusal) {
      ErrorCode code = refusal.code();
      return new Problem(
          HELP + code.wireName(),
          code.title(),
          code.kind().httpStatus(),
          JsonText.printable(refusal.detail()),
          code.wireName(),
          refusal.fields().stream()
              .map(error ->
                  new Refusal.FieldError(JsonText.printable(error.field()), error.message()))
              .toList());
    }
  }

  private final ObjectMapper json;
  private final Refusals refusals;

  Problems(ObjectMapper json, Refusals refusals) {
    this.json = json;
    this.refusals = refusals;
  }

  /// Ends the request with `refusal`. For use before routing; resources throw instead.
  public void answer(RoutingContext context, Refusal refusal) {
    if (!context.response().ended()) {
      refusals.count(refusal.code());
      write(context, refusal);
    }
  }

  /// The same, counted nowhere.
  void write(RoutingContext context, Refusal refusal) {
    Problem problem = Problem.of(refusal);
    var response = context.response();
    response.setStatusCode(problem.status());
    response.putHeader(HttpHeaders.CONTENT_TYPE, MEDIA_TYPE);
    String retryAfter = retryAfter(refusal);
    if (retryAfter != null) {
      response.putHeader(HttpHeaders.RETRY_AFTER, retryAfter);
    }
    if (problem.status() == 401) {
      response.putHeader("WWW-Authenticate", "Bearer");
    }
    if (problem.status() == 413) {
      hangUpAfter(context);
    }
    try {
      response.end(json.writeValueAsString(problem));
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /// The rest of a body that is too large is not read.
  static void hangUpAfter(RoutingContext context) {
    if (context.request().version() != HttpVersion.HTTP_2) {
      context.response().putHeader(HttpHeaders.CONNECTION, "close");
    }
  }

  /// Whole seconds, at least one.
  static @Nullable String retryAfter(Refusal refusal) {
    Duration wait = refusal.retryAfter();
    return wait == null ? null : Long.toString(Math.max(1, wait.toSeconds()));
  }
}
