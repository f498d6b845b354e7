package dev.muster.server.credential;

import dev.muster.server.web.CurrentCaller;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/// Device tokens on REST.
@Path("/api/devices/{device_id}/token")
@Tag(name = "Devices")
@RunOnVirtualThread
public class DeviceTokenResource {
  private final DeviceTokens tokens;
  private final CurrentCaller caller;

  DeviceTokenResource(DeviceTokens tokens, CurrentCaller caller) {
    this.tokens = tokens;
    this.caller = caller;
  }

  @DELETE
  @Operation(summary = "Revoke all tokens of a device")
  public void revoke(@PathParam("device_id") String device) {
    tokens.revokeAll(caller.get(), device);
  }
}
