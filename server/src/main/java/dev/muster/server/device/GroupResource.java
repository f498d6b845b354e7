package dev.muster.server.device;

import dev.muster.server.web.CurrentCaller;
import dev.muster.server.web.Page;
import dev.muster.server.web.Paging;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/// Groups on REST. A group is named by its id or its name.
@Path("/api/groups")
@Tag(name = "Groups")
@RunOnVirtualThread
public class GroupResource {
  private final Groups groups;
  private final CurrentCaller caller;
  private final Paging paging;

  GroupResource(Groups groups, CurrentCaller caller, Paging paging) {
    this.groups = groups;
    this.caller = caller;
    this.paging = paging;
  }

  @POST
  @Operation(summary = "Make a group")
  public Response create(
      @NotNull(message = "must be an object") @Valid DeviceWire.GroupCreation body) {
    return Response.status(201)
        .entity(DeviceWire.GroupRow.of(groups.create(caller.get(), body.name())))
        .build();
  }

  @GET
  @Operation(summary = "List groups by name")
  public Page<DeviceWire.GroupRow> list() {
    Groups.Listed found = groups.list(caller.get(), paging.offset(), paging.limit());
    return paging.page(found.count(), found.groups()).map(DeviceWire.GroupRow::of);
  }

  @POST
  @Path("{group}/devices/{device_id}")
  @Operation(summary = "Put a device into a group")
  public void join(@PathParam("group") String group, @PathParam("device_id") String device) {
    groups.join(caller.get(), group, device);
  }

  @POST
  @Path("{group}/devices")
  @Operation(summary = "Put up to 1,000 devices into a group, all or none")
  public void joinAll(
      @PathParam("group") String group,
      @NotNull(message = "must be an object") @Valid DeviceWire.Members body) {
    groups.joinAll(caller.get(), group, body.deviceIds());
  }

  @DELETE
  @Path("{group}/devices/{device_id}")
  @Operation(summary = "Take a device out of a group")
  public void leave(@PathParam("group") String group, @PathParam("device_id") String device) {
    groups.leave(caller.get(), group, device);
  }
}
