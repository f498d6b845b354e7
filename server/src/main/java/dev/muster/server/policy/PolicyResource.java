package dev.muster.server.policy;

import dev.muster.protocol.Json;
import dev.muster.server.platform.Slice;
import dev.muster.server.policy.PolicyWire.ActivationRow;
import dev.muster.server.policy.PolicyWire.AssignmentRow;
import dev.muster.server.policy.PolicyWire.ChangeBody;
import dev.muster.server.policy.PolicyWire.JobRow;
import dev.muster.server.policy.PolicyWire.NewPolicyBody;
import dev.muster.server.policy.PolicyWire.NewVersionBody;
import dev.muster.server.policy.PolicyWire.PolicyRow;
import dev.muster.server.policy.PolicyWire.RollbackRow;
import dev.muster.server.policy.PolicyWire.VersionRow;
import dev.muster.server.web.Bodies;
import dev.muster.server.web.CurrentCaller;
import dev.muster.server.web.Page;
import dev.muster.server.web.Paging;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;
import org.jspecify.annotations.Nullable;

/// Policies over REST.
@Path("/api/policies")
@Tag(name = "Policies")
@RunOnVirtualThread
public final class PolicyResource {
  private final Policies policies;
  private final Assignments assignments;
  private final CurrentCaller caller;
  private final Paging paging;

  PolicyResource(Policies policies, Assignments assignments, CurrentCaller caller, Paging paging) {
    this.policies = policies;
    this.assignments = assignments;
    this.caller = caller;
    this.paging = paging;
  }

  @GET
  @Operation(summary = "List policies, oldest first")
  public Page<PolicyRow> list() {
    return page(policies.list(caller.get(), paging.limit(), paging.offset()), PolicyRow::of);
  }

  @POST
  @ResponseStatus(201)
  @Operation(summary = "Create a policy; it has no version yet")
  public PolicyRow create(@Valid NewPolicyBody body) {
    return PolicyRow.of(policies.create(caller.get(), Bodies.present(body).toNewPolicy()));
  }

  @GET
  @Path("{policy_id}")
  @Operation(summary = "Read a policy, named by its id, its name or \"defaults\"")
  public PolicyRow find(@PathParam("policy_id") String policy) {
    return PolicyRow.of(policies.find(caller.get(), policy));
  }

  @POST
  @Path("{policy_id}/versions")
  @ResponseStatus(201)
  @Operation(summary = "Publish a version; it becomes current")
  public VersionRow publish(
      @PathParam("policy_id") String policy, @Valid @Nullable NewVersionBody body) {
    Json.Obj payload = body == null ? null : body.payload();
    String comment = body == null ? null : body.comment();
    return VersionRow.of(
        policies.publish(
            caller.get(),
            policy,
            payload == null ? new Json.Obj(Map.of()) : payload,
            Objects.requireNonNullElse(comment, ""),
            body == null ? null : body.baseVersion()),
        true);
  }

  @PATCH
  @Path("{policy_id}/settings")
  @ResponseStatus(201)
  @Operation(summary = "Publish the current settings with some set and some removed")
  public VersionRow change(@PathParam("policy_id") String policy, @Valid ChangeBody body) {
    ChangeBody change = Bodies.present(body);
    return VersionRow.of(
        policies.change(
            caller.get(),
            policy,
            Objects.requireNonNullElse(change.set(), Map.of()),
            Objects.requireNonNullElse(change.unset(), List.of()),
            Objects.requireNonNullElse(change.comment(), "")),
        true);
  }

  @GET
  @Path("{policy_id}/versions")
  @Operation(summary = "List the versions of a policy, newest first")
  public Page<VersionRow> versions(@PathParam("policy_id") String policy) {
    UUID current = policies.find(caller.get(), policy).currentVersionId();
    return page(
        policies.versions(caller.get(), policy, paging.limit(), paging.offset()),
        version -> VersionRow.of(version, version.id().equals(current)));
  }

  @POST
  @Path("{policy_id}/rollback/{version_id}")
  @ResponseStatus(202)
  @Operation(summary = "Make an earlier version current again, by its id or its number")
  public RollbackRow rollBack(
      @PathParam("policy_id") String policy, @PathParam("version_id") String version) {
    PolicyVersion current = policies.rollBack(caller.get(), policy, version);
    return new RollbackRow("rollback initiated", current.policyId(), current.number());
  }

  @POST
  @Path("{policy_id}/archive")
  @Operation(summary = "Take a policy that is not assigned out of use")
  public PolicyRow archive(@PathParam("policy_id") String policy) {
    return PolicyRow.of(policies.archive(caller.get(), policy));
  }

  @GET
  @Path("{policy_id}/activations")
  @Operation(summary = "List when which version became current, newest first")
  public Page<ActivationRow> activations(@PathParam("policy_id") String policy) {
    return page(
        policies.activations(caller.get(), policy, paging.limit(), paging.offset()),
        ActivationRow::of);
  }

  @GET
  @Path("{policy_id}/assignments")
  @Operation(summary = "List the devices that have the policy, with the status of each")
  public Page<AssignmentRow> assignments(@PathParam("policy_id") String policy) {
    return page(
        assignments.ofPolicy(caller.get(), policy, paging.limit(), paging.offset()),
        AssignmentRow::of);
  }

  @GET
  @Path("{policy_id}/jobs")
  @Operation(summary = "List the attempts to bring the policy to devices, newest first")
  public Page<JobRow> jobs(@PathParam("policy_id") String policy) {
    return page(policies.jobs(caller.get(), policy, paging.limit(), paging.offset()), JobRow::of);
  }

  private <T, R> Page<R> page(Slice<T> slice, Function<? super T, ? extends R> wire) {
    return paging.page(slice.count(), slice.rows()).map(wire);
  }
}
