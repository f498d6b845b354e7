package dev.muster.server.web;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.JsonText;
import dev.muster.server.platform.Refusal;
import java.util.stream.Collectors;

/// What is wrong with a JSON body. Text that is no JSON is malformed, wherever in the body it
/// stands; JSON of another shape is a wrong field.
final class JsonProblems {
  private JsonProblems() {}

  static Refusal of(JsonProcessingException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof JsonText.Unacceptable unacceptable) {
        return Refusal.invalid(unacceptable.field(), unacceptable.getOriginalMessage());
      }
      if (cause instanceof InputCoercionException coercion) {
        return Refusal.invalid(
            field(failure), "must be " + JsonShapes.name(coercion.getTargetType()));
      }
      if (cause instanceof StreamConstraintsException) {
        return Refusal.of(
            ErrorCode.MALFORMED_REQUEST,
            "The body is nested too deeply, or has a name or a number that is too long.");
      }
      if (cause instanceof StreamReadException syntax) {
        return malformed(syntax);
      }
    }
    return failure instanceof JsonMappingException mapping && !isTrailing(mapping)
        ? Refusal.invalid(field(mapping), sentence(mapping))
        : malformed(failure);
  }

  /// Something follows the value; Jackson has no type of its own for it.
  private static boolean isTrailing(JsonMappingException failure) {
    return failure.getPath().isEmpty() && failure.getOriginalMessage().startsWith("Trailing token");
  }

  private static Refusal malformed(JsonProcessingException failure) {
    var location = failure.getLocation();
    String where =
        location == null
            ? ""
            : " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ")";
    return Refusal.of(ErrorCode.MALFORMED_REQUEST, "The body is not valid JSON" + where + ".");
  }

  /// The field as the caller wrote it; `body` for the whole.
  private static String field(JsonProcessingException failure) {
    if (!(failure instanceof JsonMappingException mapping) || mapping.getPath().isEmpty()) {
      return "body";
    }
    return mapping.getPath().stream()
        .map(step ->
            step.getFieldName() == null ? "[" + step.getIndex() + "]" : "." + step.getFieldName())
        .collect(Collectors.joining())
        .replaceFirst("^\\.", "");
  }

  private static String sentence(JsonMappingException failure) {
    if (failure instanceof MismatchedInputException mismatch && mismatch.getTargetType() != null) {
      return "must be " + JsonShapes.name(mismatch.getTargetType());
    }
    return JsonText.UNSTORABLE.equals(failure.getOriginalMessage())
        ? JsonText.UNSTORABLE
        : "is not valid here";
  }
}
