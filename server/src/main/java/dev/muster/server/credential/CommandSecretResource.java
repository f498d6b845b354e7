package dev.muster.server.credential;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.muster.server.web.CurrentCaller;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;

/// Command secrets on REST, which never shows one.
@Path("/api/devices/{device_id}/rotate-command-secret")
@Tag(name = "Devices")
@RunOnVirtualThread
public class CommandSecretResource {
  /// The answer to a rotation.
  @JsonNaming(SnakeCaseStrategy.class)
  public record Rotation(String deviceId, String status) {}

  private final CommandSecrets secrets;
  private final CurrentCaller caller;

  CommandSecretResource(CommandSecrets secrets, CurrentCaller caller) {
    this.secrets = secrets;
    this.caller = caller;
  }

  @POST
  @ResponseStatus(202)
  @Operation(summary = "Give a device a new command secret, which it fetches by itself")
  public Rotation rotate(@PathParam("device_id") String device) {
    return new Rotation(secrets.rotate(caller.get(), device), "rotation initiated");
  }
}
