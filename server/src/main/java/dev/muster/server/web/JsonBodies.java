package dev.muster.server.web;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Refusal;
import io.vertx.ext.web.RoutingContext;
import jakarta.validation.Validator;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.ext.Provider;
import jakarta.ws.rs.ext.ReaderInterceptor;
import jakarta.ws.rs.ext.ReaderInterceptorContext;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads JSON bodies, of 1 MiB at the most.
///
/// Jackson stops at the first field of a wrong type, and validation begins only after it. A caller
/// should hear of everything at once, so when a body cannot be read, its fields are read one by
/// one, and what can be read is validated.
@Provider
public final class JsonBodies implements ReaderInterceptor {
  static final int MOST_BYTES = 1024 * 1024;

  private final ObjectMapper json;
  private final Validator validator;
  private final RoutingContext request;

  JsonBodies(ObjectMapper json, Validator validator, RoutingContext request) {
    this.json = json;
    this.validator = validator;
    this.request = request;
  }

  static Refusal tooLarge() {
    return Refusal.of(
        ErrorCode.TOO_LARGE, "A body may have 1 MiB (" + MOST_BYTES + " bytes) at the most.");
  }

  @Override
  public @Nullable Object aroundReadFrom(ReaderInterceptorContext context) throws IOException {
    if (!MediaType.APPLICATION_JSON_TYPE.isCompatible(context.getMediaType())) {
      return context.proceed();
    }
    byte[] body = context.getInputStream().readNBytes(MOST_BYTES + 1);
    if (body.length > MOST_BYTES) {
      Problems.hangUpAfter(request);
      throw tooLarge();
    }
    JavaType type = json.constructType(context.getGenericType());
    try {
      return body.length == 0 ? null : json.readValue(body, type);
    } catch (JsonProcessingException failure) {
      Refusal first = JsonProblems.of(failure);
      throw first.code() == ErrorCode.INVALID_FIELDS
          ? Refusal.invalid(all(body, type, first))
          : first;
    }
  }

  private List<Refusal.FieldError> all(byte[] body, JavaType type, Refusal first)
      throws IOException {
    if (!(json.readTree(body) instanceof ObjectNode fields)) {
      return first.fields();
    }
    List<Refusal.FieldError> errors = new ArrayList<>();
    Set<String> unreadable = new HashSet<>();
    for (Map.Entry<String, JsonNode> field : fields.properties()) {
      ObjectNode alone = json.createObjectNode().set(field.getKey(), field.getValue());
      try {
        json.readValue(json.writeValueAsString(alone), type);
      } catch (JsonProcessingException failure) {
        errors.addAll(JsonProblems.of(failure).fields());
        unreadable.add(field.getKey());
      }
    }
    if (errors.isEmpty()) {
      return first.fields();
    }
    Object rest = json.readValue(json.writeValueAsString(fields.without(unreadable)), type);
    validator.validate(rest).stream()
        .map(violation ->
            new Refusal.FieldError(FieldPath.inBody(violation), violation.getMessage()))
        .filter(error -> !unreadable.contains(error.field()))
        .forEach(errors::add);
    errors.sort(Comparator.comparing(Refusal.FieldError::field));
    return errors;
  }
}
