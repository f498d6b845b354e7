package dev.muster.server.device;

import dev.muster.server.web.CurrentCaller;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/// The lives of devices on REST. Each call may be repeated.
@Path("/api/devices/{device_id}")
@Tag(name = "Devices")
@RunOnVirtualThread
public class LifecycleResource {
  private final Lifecycles lifecycles;
  private final DeviceRows rows;
  private final CurrentCaller caller;

  LifecycleResource(Lifecycles lifecycles, DeviceRows rows, CurrentCaller caller) {
    this.rows = rows;
    this.lifecycles = lifecycles;
    this.caller = caller;
  }

  @POST
  @Path("deactivate")
  @Operation(summary = "Lock a device out until it is activated; people may do it to their own")
  public DeviceWire.Row deactivate(@PathParam("device_id") String device) {
    return rows.of(lifecycles.deactivate(caller.get(), device));
  }

  @POST
  @Path("activate")
  @Operation(summary = "Let a deactivated device in again")
  public DeviceWire.Row activate(@PathParam("device_id") String device) {
    return rows.of(lifecycles.activate(caller.get(), device));
  }

  @POST
  @Path("retire")
  @Operation(summary = "Take a device out of the fleet for good")
  public DeviceWire.Row retire(@PathParam("device_id") String device) {
    return rows.of(lifecycles.retire(caller.get(), device));
  }
}
