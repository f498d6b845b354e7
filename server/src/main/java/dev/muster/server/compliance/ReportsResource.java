package dev.muster.server.compliance;

import dev.muster.server.compliance.ComplianceWire.ReportRow;
import dev.muster.server.platform.Slice;
import dev.muster.server.web.CurrentCaller;
import dev.muster.server.web.Page;
import dev.muster.server.web.Paging;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/// The reports of a device over REST.
@Path("/api/devices/{device_id}/reports")
@Tag(name = "Compliance")
@RunOnVirtualThread
public final class ReportsResource {
  private final Compliance compliance;
  private final CurrentCaller caller;
  private final Paging paging;

  ReportsResource(Compliance compliance, CurrentCaller caller, Paging paging) {
    this.compliance = compliance;
    this.caller = caller;
    this.paging = paging;
  }

  @GET
  @Operation(summary = "List the newest reports of a device")
  public Page<ReportRow> reports(@PathParam("device_id") String device) {
    Slice<StoredReport> slice = compliance.history(caller.get(), device, paging.limit());
    return paging.page(slice.count(), slice.rows(), null).map(ReportRow::of);
  }
}
