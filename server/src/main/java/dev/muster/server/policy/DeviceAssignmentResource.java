package dev.muster.server.policy;

import dev.muster.server.policy.PolicyWire.AssignmentRow;
import dev.muster.server.web.CurrentCaller;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;

/// Assigning policies to devices over REST.
@Path("/api/devices/{device_id}/assign-policy/{policy_id}")
@Tag(name = "Assignments")
@RunOnVirtualThread
public final class DeviceAssignmentResource {
  private final Assignments assignments;
  private final CurrentCaller caller;

  DeviceAssignmentResource(Assignments assignments, CurrentCaller caller) {
    this.assignments = assignments;
    this.caller = caller;
  }

  @POST
  @ResponseStatus(202)
  @Operation(summary = "Assign a policy to a device")
  public AssignmentRow assign(
      @PathParam("device_id") String device, @PathParam("policy_id") String policy) {
    return AssignmentRow.of(assignments.assign(caller.get(), device, policy));
  }

  @DELETE
  @Operation(summary = "Take a policy from a device")
  public void unassign(
      @PathParam("device_id") String device, @PathParam("policy_id") String policy) {
    assignments.unassign(caller.get(), device, policy);
  }
}
