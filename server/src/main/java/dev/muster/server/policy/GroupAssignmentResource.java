package dev.muster.server.policy;

import dev.muster.server.policy.PolicyWire.GroupAssignmentRow;
import dev.muster.server.web.CurrentCaller;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;

/// Assigning policies to groups over REST.
@Path("/api/groups/{group}/assign-policy/{policy_id}")
@Tag(name = "Assignments")
@RunOnVirtualThread
public final class GroupAssignmentResource {
  private final Assignments assignments;
  private final Policies policies;
  private final CurrentCaller caller;

  GroupAssignmentResource(Assignments assignments, Policies policies, CurrentCaller caller) {
    this.assignments = assignments;
    this.policies = policies;
    this.caller = caller;
  }

  @POST
  @ResponseStatus(202)
  @Operation(summary = "Assign a policy to all present and future members of a group")
  public GroupAssignmentRow assignToGroup(
      @PathParam("group") String group, @PathParam("policy_id") String policy) {
    int version = assignments.assignToGroup(caller.get(), group, policy);
    UUID id = policies.find(caller.get(), policy).id();
    return new GroupAssignmentRow(group, id, Assignment.Status.PENDING, version);
  }

  @DELETE
  @Operation(summary = "Take a policy from a group")
  public void unassignFromGroup(
      @PathParam("group") String group, @PathParam("policy_id") String policy) {
    assignments.unassignFromGroup(caller.get(), group, policy);
  }
}
