package dev.muster.server.enrollment;

import dev.muster.server.web.Bodies;
import dev.muster.server.web.CurrentCaller;
import dev.muster.server.web.Page;
import dev.muster.server.web.Paging;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.Cache;
import org.jboss.resteasy.reactive.ResponseStatus;

/// Enrollment tokens on REST.
@Path("/api/enrollment-tokens")
@Tag(name = "Enrollment tokens")
@RunOnVirtualThread
public class EnrollmentTokenResource {
  private final GrantingTokens tokens;
  private final CurrentCaller caller;
  private final Paging paging;

  EnrollmentTokenResource(GrantingTokens tokens, CurrentCaller caller, Paging paging) {
    this.tokens = tokens;
    this.caller = caller;
    this.paging = paging;
  }

  @POST
  @Operation(summary = "Make an enrollment token; its text is shown this once")
  @ResponseStatus(201)
  @Cache(noStore = true)
  public EnrollmentWire.TokenRow create(@Valid EnrollmentWire.TokenCreation body) {
    GrantingTokens.Created created = tokens.create(caller.get(), Bodies.present(body).toNewToken());
    return EnrollmentWire.TokenRow.of(created.token(), created.secret().text());
  }

  @GET
  @Operation(summary = "List enrollment tokens, newest first")
  public Page<EnrollmentWire.TokenRow> list() {
    GrantingTokens.Listed found = tokens.list(caller.get(), paging.offset(), paging.limit());
    return paging
        .page(found.count(), found.tokens())
        .map(token -> EnrollmentWire.TokenRow.of(token, null));
  }

  @DELETE
  @Path("{id}")
  @Operation(summary = "Revoke an enrollment token")
  public void revoke(@PathParam("id") String id) {
    tokens.revoke(caller.get(), id);
  }
}
