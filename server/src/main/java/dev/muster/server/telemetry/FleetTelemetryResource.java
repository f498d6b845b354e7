package dev.muster.server.telemetry;

import dev.muster.server.web.CurrentCaller;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/// What a fleet says of itself, on REST.
@Path("/api/telemetry/fleet")
@Tag(name = "Telemetry")
@RunOnVirtualThread
public class FleetTelemetryResource {
  private final Telemetry telemetry;
  private final CurrentCaller caller;

  FleetTelemetryResource(Telemetry telemetry, CurrentCaller caller) {
    this.telemetry = telemetry;
    this.caller = caller;
  }

  @GET
  @Operation(
      summary = "Count the devices by what they last said",
      description = "Online is who was heard within `muster.telemetry.online-within`.")
  public TelemetryWire.FleetRow count() {
    return TelemetryWire.FleetRow.of(telemetry.fleet(caller.get()));
  }
}
