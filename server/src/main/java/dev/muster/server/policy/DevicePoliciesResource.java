package dev.muster.server.policy;

import dev.muster.server.policy.PolicyWire.AssignmentRow;
import dev.muster.server.web.CurrentCaller;
import dev.muster.server.web.Page;
import dev.muster.server.web.Paging;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/// The policies of a device over REST.
@Path("/api/devices/{device_id}/policies")
@Tag(name = "Assignments")
@RunOnVirtualThread
public final class DevicePoliciesResource {
  private final Assignments assignments;
  private final CurrentCaller caller;
  private final Paging paging;

  DevicePoliciesResource(Assignments assignments, CurrentCaller caller, Paging paging) {
    this.assignments = assignments;
    this.caller = caller;
    this.paging = paging;
  }

  @GET
  @Operation(summary = "List the policies of a device, its own and its groups'")
  public Page<AssignmentRow> ofDevice(@PathParam("device_id") String device) {
    List<Assignment> rows = assignments.ofDevice(caller.get(), device);
    return paging.page(rows.size(), rows).map(AssignmentRow::of);
  }
}
