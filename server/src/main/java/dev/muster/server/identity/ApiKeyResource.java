package dev.muster.server.identity;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Slice;
import dev.muster.server.web.Bodies;
import dev.muster.server.web.CurrentCaller;
import dev.muster.server.web.Page;
import dev.muster.server.web.Paging;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.Cache;
import org.jboss.resteasy.reactive.ResponseStatus;
import org.jspecify.annotations.Nullable;

/// API keys over REST.
@Path("/api/keys")
@Tag(name = "API keys")
@RunOnVirtualThread
public class ApiKeyResource {
  private static final String SCOPES_RULE = "must name one scope or more";
  private static final String LIFETIME_RULE =
      "must be from 1 to 315360000, which is ten years; leave it out for a key without an end";

  /// A key to make.
  @JsonNaming(SnakeCaseStrategy.class)
  public record KeyCreation(
      @NotBlank(message = "must not be empty")
          @Size(max = 200, message = "must have {max} characters at the most")
          String name,
      @NotEmpty(message = SCOPES_RULE) List<@NotNull(message = SCOPES_RULE) String> scopes,
      @Nullable
          @Min(value = 1, message = LIFETIME_RULE)
          @Max(value = 315_360_000, message = LIFETIME_RULE)
          Long expiresInSeconds) {
    ApiKeys.NewKey key() {
      Set<Scope> wanted = EnumSet.noneOf(Scope.class);
      for (String scope : scopes) {
        wanted.add(
            Scope.named(scope)
                .orElseThrow(
                    () -> Refusal.invalid("scopes", "must each be one of " + Scope.names())));
      }
      return new ApiKeys.NewKey(
          name.strip(),
          wanted,
          expiresInSeconds == null ? null : Duration.ofSeconds(expiresInSeconds));
    }
  }

  /// A key. `key` is its text, in the answer to its creation only.
  @JsonNaming(SnakeCaseStrategy.class)
  public record KeyRow(
      String id,
      @Nullable @JsonInclude(JsonInclude.Include.NON_NULL) String key,
      String name,
      List<String> scopes,
      String createdBy,
      Instant createdAt,
      @Nullable Instant expiresAt,
      @Nullable Instant lastUsedAt,
      @Nullable Instant revokedAt) {
    static KeyRow of(ApiKey key, @Nullable String text) {
      return new KeyRow(
          key.id().toString(),
          text,
          key.name(),
          key.scopes().stream().map(Scope::wireName).sorted().toList(),
          key.createdBy().toString(),
          key.createdAt(),
          key.expiresAt(),
          key.lastUsedAt(),
          key.revokedAt());
    }

    @Override
    public String toString() {
      return "KeyRow[" + id + "]";
    }
  }

  private final ApiKeys keys;
  private final CurrentCaller caller;
  private final Paging paging;

  ApiKeyResource(ApiKeys keys, CurrentCaller caller, Paging paging) {
    this.keys = keys;
    this.caller = caller;
    this.paging = paging;
  }

  @POST
  @ResponseStatus(201)
  @Cache(noStore = true)
  @Operation(summary = "Make an API key; its text is shown this once")
  public KeyRow create(@Valid KeyCreation body) {
    ApiKeys.Made made = keys.create(caller.get(), Bodies.present(body).key());
    return KeyRow.of(made.key(), made.text());
  }

  @GET
  @Operation(summary = "The API keys of the organization, newest first")
  public Page<KeyRow> list() {
    Slice<ApiKey> listing = keys.list(caller.get(), paging.limit(), paging.offset());
    return paging.page(listing.count(), listing.rows()).map(key -> KeyRow.of(key, null));
  }

  @GET
  @Path("{id}")
  @Operation(summary = "One API key")
  public KeyRow find(@PathParam("id") String id) {
    return KeyRow.of(keys.require(caller.get(), id), null);
  }

  @DELETE
  @Path("{id}")
  @Operation(summary = "Revoke an API key")
  public void revoke(@PathParam("id") String id) {
    keys.revoke(caller.get(), id);
  }
}
