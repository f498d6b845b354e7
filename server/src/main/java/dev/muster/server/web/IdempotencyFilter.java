package dev.muster.server.web;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Claim;
import dev.muster.server.platform.Idempotency;
import dev.muster.server.platform.Refusal;
import io.quarkus.logging.Log;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Provider;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// `Idempotency-Key` on the POSTs of callers who have a credential: the second one with a key is
/// answered as the first was. Other methods and public paths ignore the header.
///
/// What was refused before anything was written is not kept. What was written and then answered, in
/// whatever way, is answered so again; of an error of the server there is no answer to keep.
@jakarta.ws.rs.ext.Provider
public final class IdempotencyFilter implements ContainerRequestFilter, ContainerResponseFilter {
  static final String KEY = "Idempotency-Key";
  static final String REPLAYED = "Idempotency-Replayed";
  private static final Pattern FORM = Pattern.compile("[!-~]{1,255}");
  private static final List<String> KEPT_HEADERS =
      List.of(HttpHeaders.CACHE_CONTROL, HttpHeaders.LOCATION, HttpHeaders.ETAG);

  /// An answer as it is kept.
  record Kept(int status, @Nullable String type, Map<String, String> headers, String body) {}

  private final Provider<Idempotency> idempotency;
  private final CurrentClaim current;
  private final ObjectMapper json;
  private final RoutingContext request;

  /// Filters are made when the server is built, before there is a database.
  IdempotencyFilter(
      Provider<Idempotency> idempotency,
      CurrentClaim current,
      ObjectMapper json,
      RoutingContext request) {
    this.idempotency = idempotency;
    this.current = current;
    this.json = json;
    this.request = request;
  }

  @Override
  public void filter(ContainerRequestContext context) throws IOException {
    List<String> keys = request.request().headers().getAll(KEY);
    Caller caller = request.get(Gate.CALLER);
    if (keys.isEmpty() || caller == null || !context.getMethod().equals(HttpMethod.POST)) {
      return;
    }
    if (keys.size() > 1 || !FORM.matcher(keys.getFirst()).matches()) {
      throw Refusal.parameter(
          KEY, "must be one value of 1 to 255 visible ASCII characters, such as a random UUID");
    }
    byte[] body = body(context);
    switch (idempotency
        .get()
        .begin(
            Idempotency.Key.of(caller, keys.getFirst()), fingerprint(context.getMethod(), body))) {
      case Idempotency.Start.First(Claim claim) -> current.set(claim);
      case Idempotency.Start.Again(String answer) ->
          context.abortWith(response(json.readValue(answer, Kept.class)));
    }
  }

  private byte[] body(ContainerRequestContext context) throws IOException {
    byte[] body = context.getEntityStream().readNBytes(JsonBodies.MOST_BYTES + 1);
    if (body.length > JsonBodies.MOST_BYTES) {
      Problems.hangUpAfter(request);
      throw JsonBodies.tooLarge();
    }
    context.setEntityStream(new ByteArrayInputStream(body));
    return body;
  }

  private String fingerprint(String method, byte[] body) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(
          (method + " " + request.request().uri() + "\n").getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest.digest(body));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static Response response(Kept kept) {
    Response.ResponseBuilder response = Response.status(kept.status()).header(REPLAYED, "true");
    kept.headers().forEach(response::header);
    if (!kept.body().isEmpty()) {
      response.entity(kept.body()).type(kept.type());
    }
    return response.build();
  }

  @Override
  public void filter(ContainerRequestContext context, ContainerResponseContext response)
      throws IOException {
    Claim claim = current.get();
    if (claim == null) {
      return;
    }
    try {
      if (response.getStatus() >= 500) {
        idempotency.get().unanswered(claim);
      } else if (response.getStatus() < 400 || claim.taken()) {
        idempotency.get().answered(claim, json.writeValueAsString(kept(response)));
      }
    } catch (RuntimeException failure) {
      // what was done is done, and the caller is told; only asking again will not help
      Log.warn("The answer to a request with an idempotency key could not be kept", failure);
    }
  }

  private Kept kept(ContainerResponseContext response) throws IOException {
    MediaType type =
        response.getMediaType() == null ? MediaType.APPLICATION_JSON_TYPE : response.getMediaType();
    String body = text(response.getEntity());
    if (!body.isEmpty()) {
      response.setEntity(body, response.getEntityAnnotations(), type);
    }
    Map<String, String> headers = new TreeMap<>();
    for (String name : KEPT_HEADERS) {
      String value = response.getHeaderString(name);
      if (value != null) {
        headers.put(name, value);
      }
    }
    return new Kept(response.getStatus(), type.toString(), headers, body);
  }

  private String text(@Nullable Object entity) throws IOException {
    return switch (entity) {
      case null -> "";
      case String text -> text;
      case Object value -> json.writeValueAsString(value);
    };
  }
}
