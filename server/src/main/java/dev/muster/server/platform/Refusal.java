package dev.muster.server.platform;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The one exception by which a door says no. Its detail is a sentence for the caller that says
/// what to do; it never holds a secret, SQL or a stack trace.
public final class Refusal extends RuntimeException {
  /// What is wrong with one field of the input. `field` is its path as the caller wrote it
  /// (`settings.passwordMinLength`), `message` says what would be right.
  public record FieldError(String field, String message) {}

  private final ErrorCode code;
  private final List<FieldError> fields;
  private final @Nullable Duration retryAfter;

  private Refusal(
      ErrorCode code,
      String detail,
      List<FieldError> fields,
      @Nullable Duration retryAfter,
      @Nullable Throwable cause) {
    super(detail, cause);
    this.code = code;
    this.fields = List.copyOf(fields);
    this.retryAfter = retryAfter;
  }

  public static Refusal of(ErrorCode code, String detail) {
    return new Refusal(code, detail, List.of(), null, null);
  }

  public static Refusal invalid(String field, String message) {
    return invalid(List.of(new FieldError(field, message)));
  }

  public static Refusal invalid(List<FieldError> fields) {
    return invalid(ErrorCode.INVALID_FIELDS, fields);
  }

  /// A refusal of input, with every field that is wrong and not only the first.
  public static Refusal invalid(ErrorCode code, List<FieldError> fields) {
    String detail =
        fields.size() == 1
            ? fields.getFirst().field() + ": " + fields.getFirst().message()
            : fields.size() + " fields are not valid; see errors.";
    return new Refusal(code, detail, fields, null, null);
  }

  /// Bad input outside a body: in the path, the query or a header.
  public static Refusal parameter(String name, String message) {
    return new Refusal(
        ErrorCode.INVALID_PARAMETER,
        name + ": " + message,
        List.of(new FieldError(name, message)),
        null,
        null);
  }

  /// The same answer for what does not exist and for what the caller may not know of.
  public static Refusal notFound(String what) {
    return of(ErrorCode.NOT_FOUND, "There is no such " + what + ".");
  }

  public static Refusal forbidden(String detail) {
    return of(ErrorCode.FORBIDDEN, detail);
  }

  public static Refusal unauthenticated(String detail) {
    return of(ErrorCode.UNAUTHENTICATED, detail);
  }

  /// A refusal that passes by itself: the caller should come again after `retryAfter`.
  public static Refusal unavailable(String detail, Duration retryAfter, @Nullable Throwable cause) {
    return new Refusal(ErrorCode.UNAVAILABLE, detail, List.of(), retryAfter, cause);
  }

  /// A refusal of another kind that passes by itself.
  public static Refusal passing(ErrorCode code, String detail, Duration retryAfter) {
    return new Refusal(code, detail, List.of(), retryAfter, null);
  }

  /// What is said of a failure of the server's own. What failed is told to the log.
  public static Refusal internal() {
    return of(
        ErrorCode.INTERNAL,
        "The server failed to answer. Its log tells more under the id of this request"
            + " (X-Request-ID).");
  }

  /// A refusal of one who asks too often.
  public static Refusal tooMany(String detail, Duration retryAfter) {
    return new Refusal(ErrorCode.TOO_MANY_REQUESTS, detail, List.of(), retryAfter, null);
  }

  public ErrorCode code() {
    return code;
  }

  public String detail() {
    String message = getMessage();
    return message == null ? code.title() : message;
  }

  public List<FieldError> fields() {
    return fields;
  }

  public @Nullable Duration retryAfter() {
    return retryAfter;
  }
}
