package dev.muster.server.policy;

import dev.muster.server.credential.CommandSecrets;
import dev.muster.server.policy.PolicyWire.DevicePolicyBody;
import dev.muster.server.policy.PolicyWire.PolicyUpdateBody;
import dev.muster.server.web.Bodies;
import dev.muster.server.web.CurrentCaller;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.Cache;
import org.jspecify.annotations.Nullable;

/// What is desired of a device: the pull of the loop, and its override.
@Path("/devices/{id}/policy")
@Tag(name = "The MDM loop")
@RunOnVirtualThread
public final class DevicePolicyResource {
  private final Pulls pulls;
  private final DesiredPolicies policies;
  private final CurrentCaller caller;

  DevicePolicyResource(Pulls pulls, DesiredPolicies policies, CurrentCaller caller) {
    this.pulls = pulls;
    this.policies = policies;
    this.caller = caller;
  }

  @GET
  @Cache(noStore = true)
  @Operation(summary = "Pull what is desired of a device")
  public DevicePolicyBody pull(
      @PathParam("id") String device,
      @HeaderParam(CommandSecrets.HEADER) @Nullable String commandKey) {
    return DevicePolicyBody.of(pulls.pull(caller.get(), device, commandKey));
  }

  @PUT
  @Operation(summary = "Override the policy of one device; its version rises by one")
  public DevicePolicyBody override(@PathParam("id") String device, @Valid PolicyUpdateBody body) {
    PolicyUpdateBody update = Bodies.present(body);
    return DevicePolicyBody.of(
        policies.override(caller.get(), device, update.cameraDisabled(), update.settings()));
  }

  @DELETE
  @Operation(summary = "Remove the override of one device; its version rises by one")
  public DevicePolicyBody clear(@PathParam("id") String device) {
    return DevicePolicyBody.of(policies.clearOverride(caller.get(), device));
  }
}
