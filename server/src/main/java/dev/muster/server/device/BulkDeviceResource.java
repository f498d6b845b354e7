package dev.muster.server.device;

import dev.muster.server.web.Bodies;
import dev.muster.server.web.CurrentCaller;
import dev.muster.server.web.RowCheck;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/// Many devices by one request, on REST.
@Path("/api/devices")
@Tag(name = "Devices")
@RunOnVirtualThread
public class BulkDeviceResource {
  private final BulkDevices bulk;
  private final RowCheck rows;
  private final CurrentCaller caller;

  BulkDeviceResource(BulkDevices bulk, RowCheck rows, CurrentCaller caller) {
    this.bulk = bulk;
    this.rows = rows;
    this.caller = caller;
  }

  /// By method and path, so that a device may have the id `bulk`: nothing else is posted there.
  @POST
  @Path("bulk")
  @Operation(
      summary = "Register up to 1,000 devices, each for itself",
      description =
          "200 also when rows are refused: each result has the status, code and message that a"
              + " request for that row alone would have had. All that succeed are there at once, or"
              + " none of them.")
  public BulkWire.Registered registerAll(@Valid BulkWire.Registration body) {
    return BulkWire.Registered.of(bulk.register(caller.get(), Bodies.present(body).rows(rows)));
  }

  @POST
  @Path("bulk-status")
  @Operation(
      summary = "Set the status of up to 1,000 devices, each for itself",
      description = "Of several rows for one device the last counts.")
  public BulkWire.Updated setStatuses(@Valid BulkWire.Statuses body) {
    return BulkWire.Updated.of(bulk.setStatus(caller.get(), Bodies.present(body).rows(rows)));
  }
}
