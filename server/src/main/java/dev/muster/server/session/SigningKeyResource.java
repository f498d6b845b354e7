package dev.muster.server.session;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.muster.server.web.CurrentCaller;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;

/// The keys of access tokens over REST.
@Path("/api/auth/signing-keys")
@Tag(name = "Login")
@RunOnVirtualThread
public class SigningKeyResource {
  /// The key that signs from then on.
  @JsonNaming(SnakeCaseStrategy.class)
  public record NextKey(String id, Instant createdAt, Instant signsFrom) {}

  private final SigningKeys keys;
  private final CurrentCaller caller;

  SigningKeyResource(SigningKeys keys, CurrentCaller caller) {
    this.keys = keys;
    this.caller = caller;
  }

  @POST
  @Path("rotate")
  @ResponseStatus(201)
  @Operation(summary = "Make the next key of access tokens; for admins of the first organization")
  public NextKey rotate() {
    SigningKeys.Rotated next = keys.rotate(caller.get());
    return new NextKey(next.id(), next.createdAt(), next.signsFrom());
  }
}
