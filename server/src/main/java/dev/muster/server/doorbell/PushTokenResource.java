package dev.muster.server.doorbell;

import dev.muster.server.web.Bodies;
import dev.muster.server.web.CurrentCaller;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/// Where devices say how a push service reaches them.
@Path("/devices/{id}/token")
@Tag(name = "Loop")
@RunOnVirtualThread
public class PushTokenResource {
  private static final String RULE = "must have 1 to 4,096 characters";

  /// The address that the push service gave to the device.
  public record TokenRegistration(
      @NotBlank(message = RULE) @Size(max = 4096, message = RULE) String token) {}

  private final Doorbells doorbells;
  private final CurrentCaller caller;

  PushTokenResource(Doorbells doorbells, CurrentCaller caller) {
    this.doorbells = doorbells;
    this.caller = caller;
  }

  @POST
  @Operation(summary = "Register the push token of a device")
  public Response register(@PathParam("id") String device, @Valid TokenRegistration body) {
    doorbells.pushTo(caller.get(), device, Bodies.present(body).token());
    return Response.accepted().build();
  }
}
